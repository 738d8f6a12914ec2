import type { Task } from '../../model/task.js';
import { askKvm } from '../kvm-verdict.js';
import type { Toolchain } from '../types.js';
import type { Probe } from './probe.js';

/** The name of its probe. */
export const KVM = 'KVM';

/** Whether KVM serves, by running a guest under it if there is a toolchain to do so. */
export async function probeKvm(toolchain: Toolchain | undefined, task: Task): Promise<Probe> {
  const common = { name: KVM, required: false } as const;
  if (toolchain === undefined) {
    return {
      ...common,
      verdict: 'warning',
      found: 'not tried yet: that takes a guest, and the toolchain is not here yet',
      remedy: 'run `lab doctor` again after the first `lab up`',
    };
  }
  const { works, reason, remedy } = await askKvm(toolchain, { afresh: true }, task);
  if (works) return { ...common, verdict: 'ok', found: reason };
  const slower = 'labs also run without it, under emulation (slower)';
  return {
    ...common,
    verdict: 'missing',
    found: reason,
    remedy: remedy === undefined ? slower : `${remedy}; ${slower}`,
  };
}
