/** The output of a serial console, without the sequences that move a terminal's cursor or query its position. */
export function consoleText(raw: string): string {
  // eslint-disable-next-line no-control-regex -- these are control sequences (ECMA-48)
  return raw.replace(/\u001b(\[[0-9;?]*[A-Za-z]|c)/g, '').replaceAll('\r\n', '\n');
}
