import { composeMachine } from '../devices/composed-machine.js';
import { judgeComposition } from '../devices/composition/judge.js';
import type { Lab } from '../model/lab.js';

/** Of each reason that QEMU has to refuse a lab's machines, a part of its message. */
export function refusalReasons(lab: Lab): string[] {
  return lab.machines.flatMap((machine) => {
    const { buses, devices, otherIds } = composeMachine(machine);
    return judgeComposition(buses, devices, otherIds)
      .filter(({ verdict }) => verdict === 'refused')
      .map(({ qemu }) => qemu);
  });
}
