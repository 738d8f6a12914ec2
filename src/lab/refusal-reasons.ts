import { judgeMachine } from '../devices/composed-machine.js';
import type { Lab } from '../model/lab.js';

/** Of each reason that QEMU has to refuse a lab's machines, a part of its message. */
export function refusalReasons(lab: Lab): string[] {
  return lab.machines
    .flatMap((machine) => judgeMachine(machine).findings)
    .filter(({ verdict }) => verdict === 'refused')
    .map(({ qemu }) => qemu);
}
