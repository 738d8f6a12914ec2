import { existsSync, readFileSync } from 'node:fs';
import { EnvironmentError } from '../errors/families.js';
import { inStep, type Task } from '../model/task.js';
import { askKvm } from './kvm-verdict.js';
import type { Acceleration, AccelerationWish, Toolchain } from './types.js';

/**
 * Decides how guests are run. `tcg`: by emulation, without asking. `kvm`: by KVM, or EnvironmentError if a tiny guest does not run
 * under it. `auto`: by KVM if that guest runs, else by emulation. The guest is started once a boot of this computer; the answer is
 * remembered. Returns the accelerator and the reason, to be shown.
 */
export async function decideAcceleration(
  toolchain: Toolchain,
  wish: AccelerationWish,
  task: Task,
): Promise<Acceleration> {
  if (wish === 'tcg') return { accelerator: 'tcg', reason: 'requested with --accel tcg' };

  const verdict = await inStep(task, 'Try a guest under KVM', async (step) => {
    const answer = await askKvm(toolchain, { afresh: false }, step);
    step.detail(answer.reason);
    return answer;
  });
  if (verdict.works) return { accelerator: 'kvm', reason: verdict.reason };
  if (wish === 'auto') return { accelerator: 'tcg', reason: `KVM does not work: ${verdict.reason}` };
  throw new EnvironmentError({
    code: 'LAB-ENV-KVM',
    message: `KVM was requested but does not work: ${verdict.reason}`,
    hint: verdict.remedy ?? 'use --accel tcg, which is slower; `lab doctor` shows more',
  });
}

/** Whether this computer's KVM lets its guests have virtual machines of their own (the kernel's parameter `nested`). */
function kvmIsNested(): boolean {
  return ['kvm_intel', 'kvm_amd']
    .map((module) => `/sys/module/${module}/parameters/nested`)
    .some((file) => existsSync(file) && ['Y', '1'].includes(readFileSync(file, 'utf8').trim()));
}

/** How machines inside a machine are run, given how that machine is. */
export function accelerationInside({ accelerator }: Acceleration, isNested = kvmIsNested): Acceleration {
  if (accelerator === 'tcg') {
    return {
      accelerator: 'tcg',
      reason: 'the outer machine is itself emulated, with KVM in it if its kernel has it',
    };
  }
  return isNested()
    ? { accelerator: 'kvm', reason: 'this computer’s KVM supports nested guests' }
    : {
        accelerator: 'tcg',
        reason: 'this computer’s KVM does not support nested guests (kvm_intel.nested, kvm_amd.nested)',
      };
}
