import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentTask } from '../../../src/model/task.js';
import { decideAcceleration } from '../../../src/toolchain/acceleration.js';
import { bootUnderKvm } from '../../../src/toolchain/kvm-guest.js';
import type { Toolchain } from '../../../src/toolchain/types.js';
import { makeToolbox, type Toolbox } from './toolbox.js';

let toolbox: Toolbox;

beforeEach(() => {
  toolbox = makeToolbox();
});
afterEach(() => {
  toolbox.dispose();
});

/** A toolchain whose QEMU is a script. */
function toolchainWith(script: string): Toolchain {
  const qemu = toolbox.fake('qemu', `echo $$ >'${toolbox.folder}/pid'\n${script}`);
  return {
    folder: toolbox.toolchain,
    qemu: { command: [qemu], version: '11.1.3', origin: 'given' },
    kernel: { image: qemu, release: '7.0.0', modules: toolbox.folder, origin: 'given' },
    kernelFlavour: 'cloud',
    tree: toolbox.folder,
    bin: toolbox.folder,
    packages: {},
    treeDigest: '',
  };
}

function qemuIsGone(): boolean {
  return !existsSync(`/proc/${readFileSync(join(toolbox.folder, 'pid'), 'utf8').trim()}`);
}

describe('a guest under KVM', () => {
  it('works when its kernel panics for want of a root and QEMU ends by itself', async () => {
    const toolchain = toolchainWith('echo "[ 0.5] Kernel panic - not syncing: VFS: Unable to mount root fs"');
    expect(await bootUnderKvm(toolchain, 8000, silentTask())).toEqual({
      works: true,
      reason: 'a tiny guest ran under KVM',
    });
  });

  it('does not work when it resets without a word', async () => {
    expect((await bootUnderKvm(toolchainWith('exit 0'), 8000, silentTask())).works).toBe(false);
  });

  it('does not work when QEMU stays alive with a dead processor, and QEMU is ended at once', async () => {
    // Far longer than this test may take: only its own words can end it in time.
    const limitMs = 600_000;
    const toolchain = toolchainWith('echo "KVM internal error. Suberror: 1" >&2; exec sleep 900');
    const verdict = await bootUnderKvm(toolchain, limitMs, silentTask());
    expect(verdict).toMatchObject({ works: false });
    expect(verdict.reason).toContain('KVM internal error. Suberror: 1');
    expect(qemuIsGone()).toBe(true);
  });

  it('does not work when nothing happens, and QEMU is ended', async () => {
    const verdict = await bootUnderKvm(toolchainWith('exec sleep 60'), 500, silentTask());
    expect(verdict.works).toBe(false);
    expect(verdict.reason).toContain('within 0.5 s');
    expect(qemuIsGone()).toBe(true);
  });

  it('does not work when QEMU refuses', async () => {
    const verdict = await bootUnderKvm(
      toolchainWith('echo "qemu: invalid accelerator kvm" >&2; exit 1'),
      8000,
      silentTask(),
    );
    expect(verdict).toEqual({
      works: false,
      reason: 'QEMU ended with exit code 1: qemu: invalid accelerator kvm',
    });
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort(new Error('enough'));
    }, 300);
    await expect(
      bootUnderKvm(toolchainWith('exec sleep 60'), 8000, silentTask(controller.signal)),
    ).rejects.toThrow('enough');
    expect(qemuIsGone()).toBe(true);
  });
});

describe('the decision', () => {
  it('asks nothing for tcg', async () => {
    const toolchain = toolchainWith('exit 1');
    expect((await decideAcceleration(toolchain, 'tcg', silentTask())).accelerator).toBe('tcg');
    expect(existsSync(join(toolbox.folder, 'pid'))).toBe(false);
  });

  it('is emulation with a reason for auto where no guest runs', async () => {
    const { accelerator, reason } = await decideAcceleration(toolchainWith('exit 1'), 'auto', silentTask());
    expect(accelerator).toBe('tcg');
    expect(reason).toMatch(/^KVM does not work: .+/);
  });

  it('is remembered for each kernel, so that labs with different ones can take turns', async () => {
    const cloud = toolchainWith('exit 1');
    const generic = { ...cloud, kernel: { ...cloud.kernel, image: toolbox.fake('generic', '') } };
    for (const toolchain of [cloud, generic]) await decideAcceleration(toolchain, 'auto', silentTask());
    rmSync(join(toolbox.folder, 'pid'), { force: true });
    for (const toolchain of [cloud, generic]) await decideAcceleration(toolchain, 'auto', silentTask());
    expect(existsSync(join(toolbox.folder, 'pid'))).toBe(false);
  });

  it('is an error for kvm where no guest runs', async () => {
    await expect(decideAcceleration(toolchainWith('exit 1'), 'kvm', silentTask())).rejects.toMatchObject({
      code: 'LAB-ENV-KVM',
    });
  });
});
