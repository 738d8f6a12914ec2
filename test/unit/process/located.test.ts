import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatError, toLabError } from '../../../src/errors/format.js';
import { withLabLock } from '../../../src/lab/lab-lock.js';
import { LabFolder } from '../../../src/lab/record.js';
import { silentTask } from '../../../src/model/task.js';
import { locatedIn, writeFileAt } from '../../../src/process/located.js';
import { publishFolder } from '../../../src/process/publish-folder.js';
import { runOrThrow } from '../../../src/process/run.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const onFullDisk = async (): Promise<void> => {
  // Node names no file in this error.
  writeFileSync('/dev/full', 'x');
  return Promise.resolve();
};
const programOnFullDisk = async (): Promise<void> => {
  await runOrThrow(['sh', '-c', 'exec head -c 1 /dev/zero >/dev/full']);
};

async function told(work: Promise<unknown>): Promise<string> {
  return formatError(toLabError(await work.catch((error: unknown) => error))).split('\n')[0] ?? '';
}

describe('a disk that refuses', () => {
  it('is told with the folder in which the work was done, by Node and by programs', async () => {
    expect(await told(locatedIn('/state/x', onFullDisk))).toBe(
      '/state/x: the disk is full [LAB-ENV-DISK-FULL]',
    );
    expect(await told(locatedIn('/state/x', programOnFullDisk))).toBe(
      '/state/x: `sh` failed: the disk is full [LAB-ENV-DISK-FULL]',
    );
  });

  it('is told with its own place where that is known', async () => {
    const work = async (): Promise<void> =>
      Promise.reject(Object.assign(new Error('x'), { code: 'ENOSPC', path: '/a' }));
    expect(await told(locatedIn('/b', work))).toBe('/a: the disk is full [LAB-ENV-DISK-FULL]');
    expect(await told(locatedIn('/outer', async () => locatedIn('/inner', onFullDisk)))).toContain(
      '/inner: ',
    );
  });

  it('is not put in the place of other errors', async () => {
    const work = async (): Promise<void> => Promise.reject(Object.assign(new Error('x'), { code: 'EACCES' }));
    expect(await told(locatedIn('/b', work))).toBe('permission denied [LAB-ENV-PERMISSION]');
  });

  it('is told with a lab’s folder, with the cache, and with a file of the user’s', async () => {
    const folder = new LabFolder(scratch(), 'x-12345678');
    expect(await told(withLabLock(folder, 'test', silentTask(), onFullDisk))).toContain(
      `${folder.folder}: the disk`,
    );
    const place = join(scratch(), 'cache/entry');
    const published = publishFolder(
      {
        place,
        wait: { purpose: '', activity: '', limitMs: 0, late: () => expect.unreachable() },
        find: () => undefined,
        build: programOnFullDisk,
      },
      silentTask(),
    );
    expect(await told(published)).toContain(`${join(scratch(), 'cache')}: \`sh\` failed: the disk is full`);
    const writing = (async () => {
      writeFileAt('/dev/full', 'x');
      return Promise.resolve();
    })();
    expect(await told(writing)).toContain('/dev/full: the disk is full');
  });

  it('that takes no larger file is told with the place: Node is not ended by the signal, as programs are', () => {
    const record = fileURLToPath(new URL('../../../src/process/located.ts', import.meta.url));
    const format = fileURLToPath(new URL('../../../src/errors/format.ts', import.meta.url));
    const file = join(scratch(), 'large');
    const script = `
      const { writeFileAt } = await import(${JSON.stringify(record)});
      const { formatError, toLabError } = await import(${JSON.stringify(format)});
      try { writeFileAt(${JSON.stringify(file)}, 'x'.repeat(1_000_000)); } catch (error) { console.log(formatError(toLabError(error))); }
    `;
    const shell = [
      '-c',
      'ulimit -f 100; exec "$@"',
      'sh',
      process.execPath,
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      script,
    ];
    const said = execFileSync('sh', shell, {
      encoding: 'utf8',
      env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    });
    expect(said).toMatch(
      new RegExp(`^${file}: the file would be larger .* \\[LAB-ENV-FILE-SIZE\\]\n {2}next: .*ulimit -f`),
    );
  });
});
