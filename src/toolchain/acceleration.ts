import { EnvironmentError } from '../errors/families.js';
import { withStep, type Progress } from '../model/progress.js';
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
  progress: Progress,
  signal?: AbortSignal,
): Promise<Acceleration> {
  if (wish === 'tcg') return { accelerator: 'tcg', reason: 'emulation was asked for' };

  const verdict = await withStep(progress, 'Ask whether KVM runs a guest', async (step) => {
    const answer = await askKvm(toolchain, { signal });
    step.update(answer.reason);
    return answer;
  });
  if (verdict.works) return { accelerator: 'kvm', reason: verdict.reason };
  if (wish === 'auto')
    return { accelerator: 'tcg', reason: `emulation, as KVM does not serve: ${verdict.reason}` };
  throw new EnvironmentError({
    code: 'LAB-ENV-KVM',
    message: `KVM was asked for but does not serve: ${verdict.reason}`,
    hint: verdict.remedy ?? 'use emulation (tcg), which is slower; lab doctor says more',
  });
}
