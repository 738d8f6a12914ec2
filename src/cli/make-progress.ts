import type { Progress } from '../model/progress.js';
import { plainProgress } from './plain-progress.js';
import { printableProgress } from './printable-progress.js';

/** Progress on stderr: animated on a terminal; plain lines elsewhere, and with NO_COLOR, CI or TERM=dumb. stdout is for results. */
export async function makeProgress(): Promise<Progress> {
  const plain =
    !process.stderr.isTTY ||
    process.env['TERM'] === 'dumb' ||
    (process.env['NO_COLOR'] ?? '') !== '' ||
    process.env['CI'] !== undefined;
  if (plain) {
    const toStderr = plainProgress((line) => {
      process.stderr.write(`${line}\n`);
    });
    return printableProgress(toStderr);
  }
  const { terminalProgress } = await import('./terminal-progress.js');
  return printableProgress(terminalProgress());
}
