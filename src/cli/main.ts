import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode } from '../errors/lab-error.js';
import { packageFolder } from '../model/folders.js';

const NO_SUCH_COMMAND = 127;

/** `sriov-lab/VERSION PLATFORM-ARCH node-VERSION`, as oclif prints it. */
function versionLine(): string {
  const { name, version } = JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  return `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`;
}

/** Starts the program; `dir` is the URL of the file in bin/ that was run. */
export async function main(dir: string): Promise<void> {
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
  const { flush, handle, run, settings } = await import('./framework.js');
  // Users see no stack trace unless they ask for it.
  settings.debug = process.env['DEBUG'] === 'lab';
  // With NODE_ENV=test or development the framework would look for a TypeScript compiler, which users do not have.
  settings.enableAutoTranspile = false;
  try {
    await run(process.argv.slice(2), dir);
    await flush();
  } catch (error) {
    // oclif exits with 127 for an unknown command. For `lab` that is wrong usage.
    const { oclif } = error as { oclif?: { exit?: number } };
    if (oclif?.exit === NO_SUCH_COMMAND) oclif.exit = ExitCode.wrong;
    await handle(error as Error);
  }
}
