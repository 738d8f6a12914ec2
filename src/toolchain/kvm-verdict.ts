import { accessSync, closeSync, constants, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '../model/task.js';
import { bootId } from '../process/identity.js';
import { readJson, writeJson } from './json-file.js';
import { bootUnderKvm, defaultLimitMs, type KvmVerdict } from './kvm-guest.js';
import { keyOf } from './qemu-cache.js';
import type { Toolchain } from './types.js';

const device = '/dev/kvm';

/**
 * Asks whether KVM runs the toolchain's kernel. Cheap reasons against it come first; then a guest is started, for 8 s at most.
 * What the guest showed is remembered until the computer, QEMU or the kernel changes; `afresh` starts it even if the answer is known.
 * Throws the signal's reason, and EnvironmentError when this computer has too little of something to try.
 */
export async function askKvm(
  toolchain: Toolchain,
  { afresh }: { readonly afresh: boolean },
  task: Task,
): Promise<KvmVerdict> {
  const closed = whyDeviceIsClosed();
  if (closed !== undefined) return closed;

  const key = keyFor(toolchain);
  const known = afresh ? undefined : knownVerdicts(toolchain)[key];
  if (known !== undefined) return known;
  const verdict = await bootUnderKvm(toolchain, defaultLimitMs, task);
  remember(toolchain, key, verdict);
  return verdict;
}

function whyDeviceIsClosed(): KvmVerdict | undefined {
  if (!existsSync(device)) {
    return {
      works: false,
      reason: `${device} does not exist`,
      remedy:
        'switch on virtualization in the firmware (in a VM: nested virtualization on its host), then: sudo modprobe kvm',
    };
  }
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
    closeSync(openSync(device, 'r+'));
    return undefined;
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') {
      return {
        works: false,
        reason: `${device} cannot be opened (${code}): virtualization is off or the processor lacks it`,
      };
    }
    return {
      works: false,
      reason: `the current user cannot open ${device}`,
      remedy: 'sudo usermod -aG kvm "$USER", then log in again',
    };
  }
}

function keyFor(toolchain: Toolchain): string {
  return [keyOf(toolchain.qemu.command[0]), keyOf(toolchain.kernel.image)].join(' | ');
}

/** The verdicts of one boot of this computer, by QEMU and kernel: labs with different kernels take turns. */
interface Verdicts {
  readonly boot: string;
  readonly verdicts: Readonly<Record<string, KvmVerdict>>;
}

/** Those that still hold. */
function knownVerdicts(toolchain: Toolchain): Verdicts['verdicts'] {
  const known = readJson(verdictFile(toolchain)) as Partial<Verdicts> | undefined;
  return known?.boot === bootId() ? (known.verdicts ?? {}) : {};
}

/** That an answer could not be kept only costs time. */
function remember(toolchain: Toolchain, key: string, verdict: KvmVerdict): void {
  const known: Verdicts = { boot: bootId(), verdicts: { ...knownVerdicts(toolchain), [key]: verdict } };
  try {
    writeJson(verdictFile(toolchain), known);
  } catch {
    return;
  }
}

function verdictFile({ folder }: Toolchain): string {
  return join(folder, 'kvm-verdict.json');
}
