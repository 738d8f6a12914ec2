import { renderTemplate } from '../../render/templates.js';
import { allOf, scriptFolder, type Check, type CheckScript, type CheckTarget } from '../check.js';
import { parametersOf } from '../spec.js';
import { identitiesView, type IdentitiesView } from '../vf-view.js';
import { vfCreation } from './spec.js';

declare module '../../render/templates.js' {
  interface Views {
    'checks/vf-creation.sh': VfCreationView;
  }
}

/**
 * Linux waits 100 ms after it sets VF Enable and 1 s after it clears it (drivers/pci/iov.c). igb's driver resets its PF both times,
 * which takes 4 s in all.
 */
const KERNEL_WAIT_PER_CYCLE_MS = 4000;
const LIMIT_BASE_MS = 60_000;
const LIMIT_PER_VF_CYCLE_MS = 200;

interface VfCreationView extends IdentitiesView {
  readonly cycles: number;
}

export function vfCreationScript(target: CheckTarget): CheckScript {
  const { cycles } = parametersOf(vfCreation, target);
  return {
    path: `${scriptFolder(target)}/vf-creation-${String(cycles)}.sh`,
    content: renderTemplate('checks/vf-creation.sh', { ...identitiesView(target), cycles }),
  };
}

export function vfCreationLimitMs(target: CheckTarget): number {
  const { cycles } = parametersOf(vfCreation, target);
  return LIMIT_BASE_MS + cycles * (KERNEL_WAIT_PER_CYCLE_MS + target.nic.vfs.length * LIMIT_PER_VF_CYCLE_MS);
}

/** The PF creates exactly the VFs that the lab defines, refuses what it must refuse, and removes the VFs, several times. */
export const check: Check = {
  scripts: (target) => [vfCreationScript(target)],
  scriptLimitMs: vfCreationLimitMs,
  async *run(world) {
    yield* allOf(await world.runOnce(vfCreationScript(world.target).path));
  },
};
