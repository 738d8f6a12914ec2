import { execute, settings } from '@oclif/core';

/** Starts the program. `development`: run from the sources, with warnings. */
export async function main(dir: string, options: { development?: boolean } = {}): Promise<void> {
  // Nothing that a user sees is a stack trace, unless asked for.
  settings.debug = (process.env['DEBUG'] ?? '') === 'lab';
  // A reader that has seen enough (`lab test | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  await execute({ dir, development: options.development ?? false });
}
