import type { ToolchainOptions } from '../../../src/toolchain/types.js';
import { readEnvironment } from '../../../src/cli/environment.js';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabError } from '../../../src/errors/lab-error.js';
import { silentProgress } from '../../../src/model/progress.js';
import { silentTask, type Task } from '../../../src/model/task.js';
import { findToolchain, resolveToolchain } from '../../../src/toolchain/resolve.js';
import { fakeMmdebstrap, makeToolbox, type Toolbox } from './toolbox.js';

let toolbox: Toolbox;

beforeEach(() => {
  toolbox = makeToolbox();
});
afterEach(() => {
  toolbox.dispose();
});

function calls(): string[] {
  const file = join(toolbox.folder, 'calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

/** What lies in the toolchain folder besides the lock and remembered answers. */
function trees(): string[] {
  return readdirSync(toolbox.toolchain).filter((name) => name !== 'lock' && !name.endsWith('.json'));
}

function options(more: Partial<ToolchainOptions> = {}): ToolchainOptions {
  return { environment: readEnvironment(), mirror: 'http://mirror.example/debian', ...more };
}

async function failure(more: Partial<ToolchainOptions> = {}): Promise<LabError> {
  try {
    await resolveToolchain(options(more), silentTask());
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  throw new Error('it should have failed');
}

/** A task that keeps titles and warnings. */
function listening(): Task & { readonly heard: string[] } {
  const heard: string[] = [];
  const hear = (text: string) => {
    heard.push(text);
  };
  return {
    ...silentTask(),
    heard,
    warn: hear,
    step: (title) => {
      hear(title);
      return silentProgress.step(title);
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not come about');
    await sleep(20);
  }
}

describe('a good fetch', () => {
  it('gives a toolchain whose parts exist and run', async () => {
    fakeMmdebstrap(toolbox, 'good');
    const toolchain = await resolveToolchain(options(), silentTask());
    expect(toolchain.qemu).toMatchObject({ version: '11.1.3', origin: 'provisioned' });
    expect(toolchain.kernel).toMatchObject({ release: '7.0.0-fake', origin: 'provisioned' });
    expect(existsSync(toolchain.kernel.image)).toBe(true);
    expect(toolchain.packages).toEqual({ 'busybox-static': '1:1.37', 'qemu-system-x86': '1:11.1.3' });
    expect((await execa(toolchain.qemu.command[0], ['-version'])).stdout).toContain('11.1.3');
    expect(existsSync(join(toolchain.tree, 'dev'))).toBe(false);
    expect(trees()).toHaveLength(1);
  });

  it('is done once', async () => {
    fakeMmdebstrap(toolbox, 'good');
    const first = await resolveToolchain(options(), silentTask());
    toolbox.remove('mmdebstrap');
    expect(await resolveToolchain(options(), silentTask())).toEqual(first);
    expect(calls()).toHaveLength(1);
  });

  it('uses the mirror and the proxy, checks signatures and does not run as root', async () => {
    fakeMmdebstrap(toolbox, 'good');
    await resolveToolchain(options({ mirror: 'http://other.example/debian' }), silentTask());
    const [call = ''] = calls();
    expect(call).toContain(
      `deb [signed-by=${toolbox.folder}/keyring.gpg] http://other.example/debian trixie main`,
    );
    expect(call).toContain('--aptopt=Acquire::http::Proxy "http://proxy.example:3128";');
    expect(call).toContain('--mode=chrootless --variant=extract');
    expect(call).not.toMatch(/Check-Valid-Until|trusted=yes|allow-insecure/i);
  });

  it('keeps the kernel flavours apart', async () => {
    fakeMmdebstrap(toolbox, 'good');
    const cloud = await resolveToolchain(options(), silentTask());
    const generic = await resolveToolchain(options({ kernelFlavour: 'generic' }), silentTask());
    expect(generic.tree).not.toBe(cloud.tree);
    expect(calls().map((call) => /linux-image-[a-z0-9-]+/.exec(call)?.[0])).toEqual([
      'linux-image-cloud-amd64',
      'linux-image-amd64',
    ]);
  });
});

describe('a lab of which no guest boots', () => {
  it.each(['cloud', 'generic'] as const)(
    'takes the %s kernel if it is there, and fetches no other',
    async (kernelFlavour) => {
      fakeMmdebstrap(toolbox, 'good');
      const there = await resolveToolchain(options({ kernelFlavour }), silentTask());
      toolbox.remove('mmdebstrap');
      const toolchain = await resolveToolchain(options({ kernelFlavour: 'any' }), silentTask());
      expect(toolchain).toEqual(there);
      expect(toolchain.kernelFlavour).toBe(kernelFlavour);
    },
  );

  it('fetches the small one if there is none', async () => {
    fakeMmdebstrap(toolbox, 'good');
    await resolveToolchain(options({ kernelFlavour: 'any' }), silentTask());
    expect(calls()).toEqual([expect.stringContaining('linux-image-cloud-amd64')]);
  });
});

describe('a frozen mirror', () => {
  it('is used, with a warning', async () => {
    fakeMmdebstrap(toolbox, 'frozen');
    const task = listening();
    await resolveToolchain(options(), task);
    expect(calls()).toHaveLength(2);
    expect(task.heard.join('\n')).toContain('http://mirror.example/debian is frozen');
  });
});

describe('a fetch that fails', () => {
  it.each([
    ['offline', 'LAB-TOOLCHAIN-MIRROR-UNREACHABLE'],
    ['full', 'LAB-ENV-DISK-FULL'],
    ['killed', 'LAB-TOOLCHAIN-PROVISION'],
    ['without-netperf', 'LAB-TOOLCHAIN-INCOMPLETE'],
    ['without-kernel', 'LAB-TOOLCHAIN-INCOMPLETE'],
    ['without-feature', 'LAB-TOOLCHAIN-INCOMPLETE'],
    ['broken-busybox', 'LAB-TOOLCHAIN-INCOMPLETE'],
  ])('(%s) says %s, leaves nothing, and the next one goes well', async (behaviour, code) => {
    fakeMmdebstrap(toolbox, behaviour);
    const error = await failure();
    expect(error.code).toBe(code);
    expect(error.problems[0].hint).not.toBe('');
    expect(trees()).toEqual([]);
    expect(await findToolchain(options(), silentTask())).toBeUndefined();

    fakeMmdebstrap(toolbox, 'good');
    await resolveToolchain(options(), silentTask());
    expect(trees()).toHaveLength(1);
  });

  it('says how to install mmdebstrap', async () => {
    const error = await failure();
    expect(error.code).toBe('LAB-ENV-MMDEBSTRAP');
    expect(error.problems[0].hint).toContain('sudo apt-get install mmdebstrap');
    expect(trees()).toEqual([]);
  });

  it('says how to install the keyring', async () => {
    fakeMmdebstrap(toolbox, 'good');
    rmSync(join(toolbox.folder, 'keyring.gpg'));
    const error = await failure();
    expect(error.code).toBe('LAB-ENV-KEYRING');
    expect(error.problems[0].hint).toContain('debian-archive-keyring');
    expect(calls()).toEqual([]);
  });

  it('says so when the cache folder cannot be made', async () => {
    fakeMmdebstrap(toolbox, 'good');
    writeFileSync(join(toolbox.folder, 'cache'), 'in the way');
    expect((await failure()).code).toBe('LAB-ENV-CACHE-FOLDER');
  });
});

describe('an interrupted fetch', () => {
  it('ends mmdebstrap and leaves nothing when it is aborted', async () => {
    fakeMmdebstrap(toolbox, 'slow');
    const controller = new AbortController();
    const fetching = resolveToolchain(options(), silentTask(controller.signal));
    await Promise.all([
      expect(fetching).rejects.toThrow('enough'),
      until(() => existsSync(join(toolbox.folder, 'pid'))).then(() => {
        controller.abort(new Error('enough'));
      }),
    ]);
    expect(isRunning()).toBe(false);
    expect(trees()).toEqual([]);
  });

  it('ends mmdebstrap when lab is killed, and the next run removes what is left', async () => {
    fakeMmdebstrap(toolbox, 'slow');
    const child = startChild();
    await until(() => existsSync(join(toolbox.folder, 'pid')));
    child.kill('SIGKILL');
    await child;
    await until(() => !isRunning());
    expect(trees().map((name) => name.startsWith('.building-'))).toEqual([true]);
    const temporary = readFileSync(join(toolbox.folder, 'temporary'), 'utf8').trim();
    expect(temporary).toContain(join(toolbox.toolchain, '.building-'));
    expect(existsSync(temporary)).toBe(true);
    expect(await findToolchain(options(), silentTask())).toBeUndefined();

    fakeMmdebstrap(toolbox, 'good');
    await resolveToolchain(options(), silentTask());
    expect(trees().filter((name) => name.startsWith('.'))).toEqual([]);
    expect(trees()).toHaveLength(1);
    expect(existsSync(temporary)).toBe(false);
    expect(readdirSync(join(toolbox.toolchain, trees()[0] ?? ''))).not.toContain('tree.temporary');
  });

  function isRunning(): boolean {
    return existsSync(`/proc/${readFileSync(join(toolbox.folder, 'pid'), 'utf8').trim()}`);
  }
});

describe('two at once', () => {
  it('fetch once: the second waits, says so, and uses what the first made', async () => {
    fakeMmdebstrap(toolbox, 'short');
    const first = startChild();
    await until(() => calls().length === 1);
    const task = listening();
    const second = await resolveToolchain(options(), task);
    expect((await first).stdout).toBe(second.tree);
    expect(calls()).toHaveLength(1);
    expect(task.heard.join('\n')).toMatch(/Wait for process \d+/);
  });
});

describe('a tree in the cache', () => {
  it.each([
    [
      'its manifest is cut short',
      (folder: string) => {
        writeFileSync(join(folder, 'manifest.json'), '{"recipe": "');
      },
    ],
    [
      'its manifest is another recipe’s',
      (folder: string) => {
        writeFileSync(join(folder, 'manifest.json'), '{"recipe": "x"}');
      },
    ],
    [
      'its kernel is gone',
      (folder: string) => {
        rmSync(join(folder, 'tree/usr/lib/modules'), { recursive: true });
      },
    ],
    [
      'one of its programs is gone',
      (folder: string) => {
        rmSync(join(folder, 'tree/usr/bin/netperf'));
      },
    ],
    [
      'one of its programs was cut short',
      (folder: string) => {
        truncateSync(join(folder, 'tree/usr/bin/qemu-img'), 5);
      },
    ],
    [
      'one of its wrappers is empty',
      (folder: string) => {
        truncateSync(join(folder, 'bin/zstd'));
      },
    ],
    [
      'its wrappers are gone',
      (folder: string) => {
        rmSync(join(folder, 'bin'), { recursive: true });
      },
    ],
  ])('is made again when %s', async (_, damage) => {
    fakeMmdebstrap(toolbox, 'good');
    await resolveToolchain(options(), silentTask());
    damage(join(toolbox.toolchain, trees()[0] ?? ''));
    expect(await findToolchain(options(), silentTask())).toBeUndefined();
    await resolveToolchain(options(), silentTask());
    expect(calls()).toHaveLength(2);
    expect(trees()).toHaveLength(1);
  });

  it('is not one that a dead run was still building', async () => {
    mkdirSync(join(toolbox.toolchain, '.building-0123-abcd/tree'), { recursive: true });
    expect(await findToolchain(options(), silentTask())).toBeUndefined();
  });
});

function startChild() {
  const script = fileURLToPath(new URL('provision-child.ts', import.meta.url));
  return execa(process.execPath, ['--import', import.meta.resolve('tsx'), script], {
    env: toolbox.environment,
    reject: false,
  });
}
