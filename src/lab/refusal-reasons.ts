import { judgeMachine } from '../devices/composed-machine.js';
import type { Lab } from '../model/lab.js';

/** For each reason that QEMU has to refuse the lab's machines, a part of QEMU's message. */
export function refusalReasons(lab: Lab): string[] {
  return lab.machines
    .flatMap((machine) => judgeMachine(machine).findings)
    .filter(({ verdict }) => verdict === 'refused')
    .map(({ qemu }) => qemu);
}
