/** As narrow as tables and help still read well. */
const NARROWEST = 40;
/** A terminal that does not know its width, and help that goes into a file. */
const USUAL = 80;

/** The width of the terminal that stdout is; undefined if it is none: what goes into a file or a pipe is never broken. */
export function outputWidth(): number | undefined {
  const { isTTY, columns } = process.stdout;
  if (!isTTY) return undefined;
  return columns < 1 ? USUAL : Math.max(columns, NARROWEST);
}

/** The width for text that reads badly in endless lines, wherever it goes. */
export function helpWidth(): number {
  return outputWidth() ?? USUAL;
}
