import { givenKernel } from '../choose-kernel.js';
import type { Toolchain, ToolchainOptions } from '../types.js';
import type { Probe } from './probe.js';

/** Which kernel guests will boot. Throws as givenKernel does. */
export function probeKernel(options: ToolchainOptions, toolchain: Toolchain | undefined): Probe {
  const common = { name: 'guest kernel', required: true } as const;
  const given = givenKernel(options);
  if (given !== undefined)
    return { ...common, verdict: 'ok', found: `${given.release}, given (${given.image})` };
  if (toolchain !== undefined)
    return { ...common, verdict: 'ok', found: `${toolchain.kernel.release}, provisioned` };
  return {
    ...common,
    verdict: 'warning',
    found: 'not here yet',
    remedy: 'nothing to do: the first `lab up` fetches it; or use your own with --kernel',
  };
}
