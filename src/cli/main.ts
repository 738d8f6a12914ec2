import { fileURLToPath } from 'node:url';
import { toLabError } from '../errors/format.js';
import { keepCompiledCode } from './compile-cache.js';
import { COMPLETE } from './completion/word.js';
import { setHome } from './home-folder.js';
import { isOutputFailure, watchOutput } from './output-failures.js';
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

/** Tells an error that no command has told, in the same form, and ends this process. */
function giveUp(thrown: unknown, json = false): never {
  const error = toLabError(thrown);
  reportError(error, json);
  process.exit(error.exitCode);
}

/** Whether it is one of the framework's own errors, such as the exit of a command that has told its error. */
function isOfFramework(error: unknown): error is Error {
  return error instanceof Error && 'oclif' in error;
}

/** Starts the program; `dir` is the URL of the file in bin/ that was run. */
export async function main(dir: string): Promise<void> {
  watchOutput();
  process.on('uncaughtException', (error) => {
    if (!isOutputFailure(error)) giveUp(error);
  });
  try {
    await start(dir);
  } catch (error) {
    giveUp(error);
  }
}

async function start(dir: string): Promise<void> {
  const words = process.argv.slice(2);
  const answer = await quickAnswer(words);
  if (answer !== undefined) {
    process.stdout.write(answer);
    return;
  }
  // Throws where the working folder has been removed: nothing that is named relative to it could be found.
  process.cwd();
  setHome();
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
    if (isOfFramework(error)) await handle(error);
    else giveUp(error, asksForJson(words));
  }
}
