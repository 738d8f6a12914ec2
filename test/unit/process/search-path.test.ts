import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { run } from '../../../src/process/run.js';
import { findProgram } from '../../../src/process/find-program.js';
import { searchPath } from '../../../src/process/search-path.js';
import { start } from '../../../src/process/start.js';
import { startPiped } from '../../../src/process/start-piped.js';
import { runAttached } from '../../../src/process/run-attached.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
/** What Debian gives its users (ENV_PATH in login.defs(5)). */
const ORDINARY = '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games';
const SYSTEM = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
const PRINT_PATH = ['sh', '-c', 'echo "$PATH"'] as const;

describe('the PATH of what lab runs', () => {
  it('has the folders of the system’s programs, after the user’s own', () => {
    vi.stubEnv('PATH', ORDINARY);
    expect(searchPath()).toBe(`${ORDINARY}:/usr/local/sbin:/usr/sbin:/sbin`);
    expect(searchPath({ before: ['/first'], after: ['/last'] })).toBe(
      `/first:${ORDINARY}:/usr/local/sbin:/usr/sbin:/sbin:/last`,
    );
  });

  it('names each once, and holds without any of its own', () => {
    vi.stubEnv('PATH', '/usr/sbin:/usr/bin:/sbin:/bin');
    expect(searchPath()).toBe('/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin');
    for (const empty of ['', undefined]) {
      vi.stubEnv('PATH', empty);
      expect(searchPath()).toBe('/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin');
    }
  });

  it('is that of every program, however it is started', async () => {
    vi.stubEnv('PATH', ORDINARY);
    const hasSystem = (path: string): boolean =>
      SYSTEM.every((folder) => path.trim().split(':').includes(folder));
    expect(hasSystem((await run(PRINT_PATH)).stdout)).toBe(true);
    expect(hasSystem((await run(PRINT_PATH, { env: { LAB_X: 'y' } })).stdout)).toBe(true);

    const attached = { capture: true, signal: new AbortController().signal };
    expect(hasSystem((await runAttached(PRINT_PATH, attached)).stdout)).toBe(true);

    const logFile = join(scratch(), 'log');
    await (
      await start(PRINT_PATH, { cwd: scratch(), logFile })
    ).ended;
    expect(hasSystem((await run(['cat', logFile])).stdout)).toBe(true);

    const piped = startPiped(PRINT_PATH, {});
    const words: Buffer[] = [];
    for await (const chunk of piped.output) words.push(chunk as Buffer);
    expect(hasSystem(Buffer.concat(words).toString('utf8'))).toBe(true);
  });

  it('is where programs are looked up, too: chroot is found with an ordinary user’s PATH', async () => {
    vi.stubEnv('PATH', ORDINARY);
    expect(findProgram('chroot')).toMatch(/\/chroot$/);
    expect((await run(['chroot', '--version'])).exitCode).toBe(0);
  });
});

describe('a program that the system does not start', () => {
  function program(name: string, text: string, mode: number): string {
    const bin = join(scratch(), 'bin');
    mkdirSync(bin, { recursive: true });
    const file = join(bin, name);
    writeFileSync(file, text);
    chmodSync(file, mode);
    vi.stubEnv('PATH', bin);
    return file;
  }

  it('because it is missing is named, with the package that has it', async () => {
    program('other', '', 0o755);
    await expect(run(['unshare', '--user'])).rejects.toMatchObject({
      name: 'EnvironmentError',
      problems: [
        {
          code: 'LAB-ENV-PROGRAM',
          message: 'lab needs the program `unshare`, and this computer does not have it',
          hint: 'sudo apt-get install util-linux',
        },
      ],
    });
    await expect(run(['no-such-program'])).rejects.toMatchObject({
      problems: [{ hint: 'install no-such-program, or add the folder to PATH' }],
    });
  });

  it('because it may not be executed is named, with its place', async () => {
    const file = program('unshare', '#!/bin/sh\n', 0o644);
    const logFile = join(scratch(), 'log');
    for (const starting of [
      async () => run(['unshare', '--user']),
      async () => start(['unshare', '--user'], { cwd: scratch(), logFile }),
    ])
      await expect(starting()).rejects.toMatchObject({
        problems: [
          {
            code: 'LAB-ENV-PROGRAM',
            message: 'the current user cannot execute `unshare`',
            location: { file },
            hint: `make it executable: sudo chmod +x ${file}`,
          },
        ],
      });
  });

  it('because its interpreter is missing is named as that', async () => {
    const file = program('unshare', '#!/no/such/interpreter\n', 0o755);
    await expect(run(['unshare'])).rejects.toMatchObject({
      problems: [
        {
          code: 'LAB-ENV-PROGRAM',
          location: { file },
          hint: expect.stringContaining('interpreter') as string,
        },
      ],
    });
  });

  it('because its working folder is gone does not get the blame', async () => {
    const cwd = join(scratch(), 'gone');
    await expect(run(['true'], { cwd })).rejects.toMatchObject({
      problems: [{ code: 'LAB-ENV-PATH', location: { file: cwd } }],
    });
    symlinkSync('/etc/passwd', cwd);
    await expect(run(['true'], { cwd })).rejects.toMatchObject({
      problems: [{ code: 'LAB-ENV-PATH', location: { file: cwd } }],
    });
  });
});
