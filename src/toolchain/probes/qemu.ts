import type { Task } from '../../model/task.js';
import { givenQemu, systemQemu, type SystemQemu } from '../choose-qemu.js';
import { recipeFor } from '../recipe.js';
import { findTree } from '../tree.js';
import type { ToolchainOptions } from '../types.js';
import type { Probe } from './probe.js';

const name = 'QEMU with composable SR-IOV';

/** Which QEMU will be used, and whether it is there already. Throws as givenQemu does. */
export async function probeQemu(options: ToolchainOptions, task: Task): Promise<Probe> {
  if (options.qemu !== undefined) {
    const { version, command } = await givenQemu(options.qemu, options.environment, task);
    return { name, verdict: 'ok', required: true, found: `${version}, given (${command[0]})` };
  }
  const system = await systemQemu(options.environment, task);
  if (system.state === 'fit') {
    return {
      name,
      verdict: 'ok',
      required: true,
      found: `${system.tool.version}, the system's (${system.tool.command[0]})`,
    };
  }
  const tree = findTree(
    recipeFor({ kernelFlavour: options.kernelFlavour === 'generic' ? 'generic' : 'cloud', withQemu: true }),
    options.environment,
  );
  const version = tree?.manifest.qemuVersion;
  if (version !== undefined) {
    return { name, verdict: 'ok', required: true, found: `${version}, provisioned; ${whyNotSystem(system)}` };
  }
  return {
    name,
    verdict: 'warning',
    required: true,
    found: `not here yet; ${whyNotSystem(system)}`,
    remedy: 'nothing to do: the first `lab up` fetches it (about 10 s); or use your own with --qemu',
  };
}

function whyNotSystem(system: Exclude<SystemQemu, { state: 'fit' }>): string {
  switch (system.state) {
    case 'absent':
      return 'the system has no QEMU';
    case 'broken':
      return `the system's does not run (${system.path})`;
    case 'old':
      return `the system's ${system.version} lacks it`;
  }
}
