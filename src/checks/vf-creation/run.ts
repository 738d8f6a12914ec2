import { nicModel } from '../../devices/catalog.js';
import { renderTemplate } from '../../render/templates.js';
import { allOf, scriptFolder, type Check, type CheckScript, type CheckTarget } from '../check.js';
import { parametersOf } from '../spec.js';
import { vfView, type VfView } from '../vf-view.js';
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

/** What the script calls a VF's device in the guest, and the property that identifies it. */
const words = {
  network: {
    deviceName: 'netdev',
    identityName: 'MAC',
    identitiesTitle: "each VF is at its BDF, with its driver, one netdev and the lab's MAC",
  },
  storage: {
    deviceName: 'controller',
    identityName: 'controller number',
    identitiesTitle:
      'each VF is at its BDF, with its driver and one controller, which has the number of the VF',
  },
} as const;

interface VfCreationView extends VfView {
  readonly deviceName: string;
  readonly identityName: string;
  readonly identitiesTitle: string;
  readonly cycles: number;
}

export function vfCreationScript(target: CheckTarget): CheckScript {
  const { cycles } = parametersOf(vfCreation, target);
  const { kind } = nicModel(target.nic.model);
  return {
    path: `${scriptFolder(target)}/vf-creation-${String(cycles)}.sh`,
    content: renderTemplate('checks/vf-creation.sh', { ...vfView(target), ...words[kind], cycles }),
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
