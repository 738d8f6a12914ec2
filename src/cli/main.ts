import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatError, toLabError } from '../errors/format.js';
import { ExitCode } from '../errors/lab-error.js';
import { packageFolder } from '../model/folders.js';
import { setHome } from './home-folder.js';

const NO_SUCH_COMMAND = 127;

/** `sriov-lab/VERSION PLATFORM-ARCH node-VERSION`, as oclif prints it. */
function versionLine(): string {
  const { name, version } = JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  return `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`;
}

/** Tells an error that no command has told, in the same form, and ends this process. */
function giveUp(thrown: unknown): never {
  const error = toLabError(thrown);
  process.stderr.write(`${formatError(error)}\n`);
  if (process.env['DEBUG'] === 'lab' && thrown instanceof Error)
    process.stderr.write(`${thrown.stack ?? ''}\n`);
  process.exit(error.exitCode);
}

/** Whether it is one of the framework's own errors, such as the exit of a command that has told its error. */
function isOfFramework(error: unknown): error is Error & { oclif: { exit?: number } } {
  return error instanceof Error && 'oclif' in error;
}

/** Starts the program; `dir` is the URL of the file in bin/ that was run. */
export async function main(dir: string): Promise<void> {
  process.on('uncaughtException', giveUp);
  try {
    await start(dir);
  } catch (error) {
    giveUp(error);
  }
}

async function start(dir: string): Promise<void> {
  // It is not an error if the reader closes the pipe early (`lab test | head`).
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  if (process.argv.slice(2).join(' ') === '--version') {
    // Scripts call this often, and loading the framework would take most of the time.
    process.stdout.write(`${versionLine()}\n`);
    return;
  }
  // Throws where the working folder has been removed: nothing that is named relative to it could be found.
  process.cwd();
  setHome();
  const { flush, handle, run, settings } = await import('./framework.js');
  // Users see no stack trace unless they ask for it.
  settings.debug = process.env['DEBUG'] === 'lab';
  // With NODE_ENV=test or development the framework would look for a TypeScript compiler, which users do not have.
  settings.enableAutoTranspile = false;
  try {
    await run(process.argv.slice(2), dir);
    await flush();
  } catch (error) {
    if (!isOfFramework(error)) throw error;
    // oclif exits with 127 for an unknown command. For `lab` that is wrong usage.
    if (error.oclif.exit === NO_SUCH_COMMAND) error.oclif.exit = ExitCode.wrong;
    await handle(error);
  }
}
