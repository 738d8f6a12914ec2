import { renderTemplate } from '../render/templates.js';
import { scriptFolder, type Check, type CheckScript, type CheckTarget } from './check.js';
import { vfView } from './vf-view.js';

/** Linux waits 100 ms after it sets VF Enable and 1 s after it clears it (drivers/pci/iov.c). */
export const KERNEL_WAIT_PER_CYCLE_MS = 1100;
const LIMIT_BASE_MS = 60_000;
const LIMIT_PER_VF_CYCLE_MS = 200;

export function vfCreationScript(target: CheckTarget): CheckScript {
  const { cycles } = target.request.parameters;
  return {
    path: `${scriptFolder(target)}/vf-creation-${String(cycles)}.sh`,
    content: renderTemplate('checks/vf-creation.sh', { ...vfView(target), cycles }),
  };
}

export function vfCreationLimitMs({ nic, request }: CheckTarget): number {
  const cycles = request.parameters['cycles'] ?? 1;
  return LIMIT_BASE_MS + cycles * (KERNEL_WAIT_PER_CYCLE_MS + nic.vfs.length * LIMIT_PER_VF_CYCLE_MS);
}

/** The PF makes exactly the VFs that the lab defines, refuses what it must refuse, and removes them, again and again. */
export const vfCreation: Check = {
  name: 'vf-creation',
  summary:
    'writing sriov_numvfs makes the VFs that the lab defines, with their BDFs, drivers and MACs, each time alike',
  scripts: (target) => [vfCreationScript(target)],
  run: ({ target }) => ({
    steps: [{ type: 'script', on: 'machine', path: vfCreationScript(target).path, shared: true }],
    scriptLimitMs: vfCreationLimitMs(target),
  }),
};
