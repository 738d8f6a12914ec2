import { readFileSync } from 'node:fs';

/** `sriov-lab/VERSION PLATFORM-ARCH node-VERSION`, as oclif prints it. */
function versionLine(): string {
  const { name, version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { name: string; version: string };
  return `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`;
}

/** Starts the program. `development`: run from the sources, with warnings. */
export async function main(dir: string, options: { development?: boolean } = {}): Promise<void> {
  // A reader that has seen enough (`lab test | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  if (process.argv.slice(2).join(' ') === '--version') {
    // Scripts ask for it often; the framework takes longer to load than all the rest.
    process.stdout.write(`${versionLine()}\n`);
    return;
  }
  const { execute, settings } = await import('@oclif/core');
  // Nothing that a user sees is a stack trace, unless asked for.
  settings.debug = process.env['DEBUG'] === 'lab';
  await execute({ dir, development: options.development ?? false });
}
