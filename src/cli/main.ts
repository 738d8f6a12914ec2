import { fileURLToPath } from 'node:url';
import { LabError } from '../errors/lab-error.js';
import { COMPLETE } from './completion/word.js';
import { reportError } from './report-error.js';
import { rootHelp } from './root-help.js';
import { versionLine } from './version.js';

/** What is asked for so often that nobody should wait for the framework, by the whole command line. */
const answers = new Map<string, () => string>([
  ['', rootHelp],
  ['--help', rootHelp],
  ['-h', rootHelp],
  ['help', rootHelp],
  ['--version', () => `${versionLine()}\n`],
  ['-v', () => `${versionLine()}\n`],
  ['version', () => `${versionLine()}\n`],
]);

/** `lab COMMAND -h`; further behind, `-h` may belong to a command for a machine. */
function withLongHelp(words: readonly string[]): string[] {
  return words.length === 2 && words[1] === '-h' ? [words[0] ?? '', '--help'] : [...words];
}

function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return (end < 0 ? words : words.slice(0, end)).includes('--json');
}

/** Starts the program; `dir` is the URL of the file in bin/ that was run. */
export async function main(dir: string): Promise<void> {
  // It is not an error if the reader closes the pipe early (`lab test | head`).
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const words = process.argv.slice(2);
  if (words[0] === COMPLETE) {
    const { completionOf } = await import('./completion/complete.js');
    process.stdout.write(await completionOf(words.slice(1)));
    return;
  }
  const answer = answers.get(words.join(' '));
  if (answer !== undefined) {
    process.stdout.write(answer());
    return;
  }
  const { flush, handle, run, settings } = await import('./framework.js');
  // Users see no stack trace unless they ask for it.
  settings.debug = process.env['DEBUG'] === 'lab';
  // With NODE_ENV=test or development the framework would look for a TypeScript compiler, which users do not have.
  settings.enableAutoTranspile = false;
  try {
    // It would look for plugins of the user’s; lab has none.
    await run(withLongHelp(words), { root: fileURLToPath(dir), userPlugins: false, devPlugins: false });
    await flush();
  } catch (error) {
    if (!(error instanceof LabError)) return handle(error as Error);
    reportError(error, asksForJson(words));
    process.exitCode = error.exitCode;
  }
}
