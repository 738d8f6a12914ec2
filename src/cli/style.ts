import type { Style } from '../report/test-text.js';

const RESET = '\u001b[0m';
const codes = { bold: 1, dim: 2, red: 31, green: 32 } as const;

/** Colours on stdout, if it is a terminal that has them and NO_COLOR is not set. Node's own styleText takes longer to load than all the rest. */
export const style: Style = (format, text) =>
  process.stdout.isTTY && process.stdout.hasColors() ? `\u001b[${codes[format]}m${text}${RESET}` : text;
