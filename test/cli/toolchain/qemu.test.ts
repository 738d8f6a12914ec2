import { readEnvironment } from '../../../src/cli/environment.js';
import { existsSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabError } from '../../../src/errors/lab-error.js';
import { silentTask } from '../../../src/model/task.js';
import { resolveToolchain } from '../../../src/toolchain/resolve.js';
import type { ToolchainOptions } from '../../../src/toolchain/types.js';
import { fakeMmdebstrap, makeToolbox, type Toolbox } from './toolbox.js';

let toolbox: Toolbox;

beforeEach(() => {
  toolbox = makeToolbox();
  fakeMmdebstrap(toolbox, 'good');
});
afterEach(() => {
  toolbox.dispose();
});

const resolve = async (options: Partial<ToolchainOptions> = {}) =>
  resolveToolchain({ environment: readEnvironment(), ...options }, silentTask());

/** A QEMU that says what it is asked for and counts how often. */
function fakeQemu(name: string, version: string, sriov: boolean): string {
  const property = sriov ? 'sriov-pf=<str>' : 'mq=<bool>';
  return toolbox.fake(
    name,
    [
      `echo x >>'${toolbox.folder}/asked'`,
      `case "$*" in -version) echo 'QEMU emulator version ${version} (Debian 1:${version})' ;;`,
      `'-device virtio-net-pci,help') echo 'virtio-net-pci options:'; echo '  ${property}' ;;`,
      '*) exit 1 ;; esac',
    ].join('\n'),
  );
}

function asked(): number {
  const file = join(toolbox.folder, 'asked');
  return existsSync(file) ? readFileSync(file, 'utf8').length / 2 : 0;
}

function fetched(): string {
  return readFileSync(join(toolbox.folder, 'calls'), 'utf8');
}

async function failure(options: Partial<ToolchainOptions>): Promise<LabError> {
  return resolve(options).then(
    () => {
      throw new Error('it should have failed');
    },
    (error: unknown) => {
      if (error instanceof LabError) return error;
      throw error;
    },
  );
}

describe("the system's QEMU", () => {
  it('is used when it has the feature, whatever its version, and none is fetched', async () => {
    const path = fakeQemu('qemu-system-x86_64', '10.0.1', true);
    expect((await resolve()).qemu).toEqual({ command: [path], version: '10.0.1', origin: 'system' });
    expect(fetched()).not.toContain('qemu-system-x86,');
    expect(fetched()).not.toMatch(/qemu-system-x86( |$)/m);
  });

  it('is not used when it lacks the feature, whatever its version', async () => {
    fakeQemu('qemu-system-x86_64', '12.0.0', false);
    expect((await resolve()).qemu.origin).toBe('provisioned');
    expect(fetched()).toContain('qemu-system-x86');
  });

  it('is not used when it does not run', async () => {
    toolbox.fake('qemu-system-x86_64', 'exit 127');
    expect((await resolve()).qemu.origin).toBe('provisioned');
  });
});

describe('a given QEMU', () => {
  it("wins over the system's", async () => {
    fakeQemu('qemu-system-x86_64', '12.0.0', true);
    const path = fakeQemu('mine', '11.9.50', true);
    expect((await resolve({ qemu: path })).qemu).toEqual({
      command: [path],
      version: '11.9.50',
      origin: 'given',
    });
  });

  it('is asked again each time if it is a script, as what it starts may have changed', async () => {
    const path = fakeQemu('mine', '11.9.50', true);
    await resolve({ qemu: path });
    const before = asked();
    const { atime, mtime } = { atime: new Date(1e12), mtime: new Date(1e12) };
    utimesSync(path, atime, mtime);
    await resolve({ qemu: path });
    await resolve({ qemu: path });
    expect(asked()).toBe(before * 3);
  });

  it.each<[string, () => string]>([
    ['LAB-TOOLCHAIN-QEMU-NOT-FOUND', () => join(toolbox.folder, 'absent')],
    ['LAB-TOOLCHAIN-QEMU-NOT-FOUND', () => toolbox.folder],
    [
      'LAB-TOOLCHAIN-QEMU-BROKEN',
      () => toolbox.fake('broken', 'echo "error while loading shared libraries" >&2; exit 127'),
    ],
    [
      'LAB-TOOLCHAIN-QEMU-ARCHITECTURE',
      // As qemu-system-aarch64 answers: it has virtio-net-pci with sriov-pf.
      () =>
        toolbox.fake(
          'qemu-system-aarch64',
          [
            `case "$*" in -version) echo 'QEMU emulator version 11.1.3' ;;`,
            `'-machine help') printf '%s\\n' 'Supported machines are:' 'none                 empty machine' 'virt                 QEMU 11.1 ARM Virtual Machine' ;;`,
            `'-device virtio-net-pci,help') echo '  sriov-pf=<str>' ;;`,
            '*) exit 1 ;; esac',
          ].join('\n'),
        ),
    ],
    ['LAB-TOOLCHAIN-QEMU-FEATURE', () => fakeQemu('old', '8.2.2', false)],
  ])('is refused: %s', async (code, qemu) => {
    const error = await failure({ qemu: qemu() });
    expect(error.code).toBe(code);
    expect(error.problems[0].hint).not.toBe('');
    expect(existsSync(join(toolbox.folder, 'calls'))).toBe(false);
  });
});
