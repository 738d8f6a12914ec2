import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatError, toLabError } from '../../../src/errors/format.js';
import { runOrThrow } from '../../../src/process/run.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

async function told(script: string, timeoutMs = 60_000): Promise<string> {
  const error = await runOrThrow(['sh', '-c', script], { timeoutMs, cwd: scratch() }).catch(
    (thrown: unknown) => thrown,
  );
  return formatError(toLabError(error));
}

describe('a program that fails, and that nobody explains better', () => {
  it('is told as what it is, with its words: never as a fault of lab', async () => {
    const text = await told('echo "qemu-img: no such format" >&2; exit 3');
    expect(text).toBe(
      [
        '`sh` failed [LAB-PROGRAM-FAILED]',
        '  next: its last words are below; run the command again, and report it if it fails again',
        '  because: sh ended with exit code 3',
        '    qemu-img: no such format',
      ].join('\n'),
    );
    expect(await told('kill -9 $$')).toContain('because: sh was ended by SIGKILL');
    expect(await told('exec sleep 100', 100)).toContain('because: sh took too long and was ended');
  });

  it.each([
    [
      'qemu-img: a.qcow2: Could not resize file: No space left on device',
      'LAB-ENV-DISK-FULL',
      'the disk is full',
    ],
    ['tar: x: Cannot write: Disk quota exceeded', 'LAB-ENV-DISK-FULL', 'your disk quota is used up'],
    ['zstd: error 70 : Write error : cannot write block : File too large', 'LAB-ENV-FILE-SIZE', 'larger'],
    ['depmod: ERROR: fopen: Too many open files', 'LAB-ENV-OPEN-FILES', 'too many open files'],
    ['cp: Too many open files in system', 'LAB-ENV-OPEN-FILES', 'the system has too many'],
    ['cp: cannot create: Read-only file system', 'LAB-ENV-PERMISSION', 'read-only'],
    ['dd: Input/output error', 'LAB-ENV-DISK', 'reports an error'],
    ['qemu: cannot set up guest memory: Cannot allocate memory', 'LAB-ENV-MEMORY', 'memory'],
  ])('for want of something of this computer’s: %s', async (words, code, message) => {
    const text = await told(`echo '${words}' >&2; exit 1`);
    expect(text).toMatch(new RegExp(`^\`sh\` failed: .*${message}.* \\[${code}\\]\n  next: .+\n  because: `));
    expect(text).toContain(words);
  });

  it('really: at a limit on the size of files', async () => {
    // The kernel ends the program by a signal; it has no words for it.
    const text = await told(`ulimit -f 1; exec head -c 100000 /dev/zero >'${join(scratch(), 'large')}'`);
    expect(text).toContain('[LAB-ENV-FILE-SIZE]');
    expect(text).toContain('was ended by SIGXFSZ');
  });

  it('really: on a full disk', async () => {
    expect(await told('exec head -c 100 /dev/zero >/dev/full')).toContain('[LAB-ENV-DISK-FULL]');
  });
});
