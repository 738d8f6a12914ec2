import { fileURLToPath } from 'node:url';
import { LabError } from '../errors/lab-error.js';
import { keepCompiledCode } from './compile-cache.js';
import { COMPLETE } from './completion/word.js';
import { reportError } from './report-error.js';
import { versionLine } from './version.js';

const VERSION = ['--version', '-v', 'version'];
const HELP = ['', '--help', '-h', 'help'];

/** What is asked for so often that nobody should wait for the framework. Undefined for any other command line. */
async function quickAnswer(words: readonly string[]): Promise<string | undefined> {
  const line = words.join(' ');
  if (VERSION.includes(line)) return `${versionLine()}\n`;
  if (HELP.includes(line)) return (await import('./root-help.js')).rootHelp();
  if (words[0] !== COMPLETE) return undefined;
  const { completionOf } = await import('./completion/complete.js');
  return completionOf(words.slice(1));
}

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
  const answer = await quickAnswer(words);
  if (answer !== undefined) {
    process.stdout.write(answer);
    return;
  }
  keepCompiledCode();
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
