import { throwShortage } from '../errors/system-error.js';
import type { Task } from '../model/task.js';
import { run, type RunResult } from '../process/run.js';
import { ProcessError } from '../process/process-error.js';
import type { Toolchain } from './types.js';

/** Whether KVM serves, and why it is said. */
export interface KvmVerdict {
  readonly works: boolean;
  readonly reason: string;
  /** What could be done about it, where that is known. */
  readonly remedy?: string;
}

/** A real processor needs about a second; nested virtualization some more. */
export const defaultLimitMs = 8000;

/** QEMU prints it and stays alive, with the guest's processor stopped. */
const vcpuDied = /KVM internal error|kvm run failed|failed to initialize kvm|Could not access KVM/i;

/**
 * Boots the toolchain's kernel under KVM with nothing to mount. It works if the kernel gets as far as to say that it panics for
 * want of a root, and to reset, which ends QEMU. Anything else within `limitMs` does not. QEMU has ended when this returns. Throws
 * EnvironmentError when this computer has too little of something to try.
 */
export async function bootUnderKvm(
  toolchain: Toolchain,
  limitMs: number,
  { signal }: Task,
): Promise<KvmVerdict> {
  const tooBad = new AbortController();
  let complaint: string | undefined;
  try {
    const result = await run([...toolchain.qemu.command, ...guestArguments(toolchain.kernel.image)], {
      timeoutMs: limitMs,
      signal: AbortSignal.any([signal, tooBad.signal]),
      onStderrLine: (line) => {
        if (complaint !== undefined || !vcpuDied.test(line)) return;
        complaint = line.trim();
        tooBad.abort(new Error(complaint));
      },
    });
    return verdictOn(result);
  } catch (error) {
    signal.throwIfAborted();
    throwShortage(error);
    if (complaint !== undefined) {
      return { works: false, reason: `a guest's processor died at once (${complaint})` };
    }
    if (error instanceof ProcessError && error.timedOut) {
      return {
        works: false,
        reason: `a guest’s kernel did not start within ${limitMs / 1000} s`,
      };
    }
    return { works: false, reason: `QEMU could not run a guest under KVM (${firstLine(error)})` };
  }
}

function guestArguments(kernel: string): string[] {
  const machine = '-accel kvm -cpu max -M q35 -m 256 -nodefaults -display none -serial stdio -no-reboot';
  return [...machine.split(' '), '-kernel', kernel, '-append', 'panic=-1 console=ttyS0 quiet'];
}

function verdictOn(result: RunResult): KvmVerdict {
  // A processor that resets by itself for a fault ends QEMU with 0 as well; only the panic's text proves that code ran.
  if (result.exitCode === 0 && result.stdout.includes('Kernel panic')) {
    return { works: true, reason: 'a tiny guest ran under KVM' };
  }
  if (result.exitCode === 0)
    return { works: false, reason: 'a guest reset before its kernel printed anything' };
  const words = result.stderr.trim().split('\n').at(-1) ?? '';
  return { works: false, reason: `QEMU ended with exit code ${result.exitCode}: ${words.slice(0, 200)}` };
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
