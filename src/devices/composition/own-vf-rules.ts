import { inUse } from './address-rules.js';
import { nameOf, placeOf, type ComposedDevice, type Refusal } from './composition.js';
import { ownVfNumbers, ownVfsOf } from './drivers.js';
import type { MachineInProgress } from './machine.js';

const PLACES_ON_A_BUS = 256;

/** A PF that makes its VFs by itself, after other devices' VFs: QEMU looks its id up among the PFs that they name. */
export function ownPfWithoutId(device: ComposedDevice, machine: MachineInProgress): Refusal | undefined {
  if (ownVfsOf(device) === undefined || device.id !== null || !machine.hasWaitingVfs) return undefined;
  return {
    rule: 'pf-without-id',
    message: `${nameOf(device)} has no id and comes after VFs of other devices; QEMU crashes on that`,
    hint: 'give it an id',
    qemu: 'QEMU crashed',
  };
}

/** The VFs that a device makes by itself need free places on its bus. */
export function ownVfsFit(device: ComposedDevice, machine: MachineInProgress): Refusal | undefined {
  const numbers = ownVfNumbers(device);
  const last = numbers.at(-1) ?? 0;
  if (last >= PLACES_ON_A_BUS) {
    return {
      rule: 'vfs-past-bus-end',
      message: `the last VF of ${nameOf(device)} would be at ${placeOf(last)}, past the end of the bus`,
      hint: `put ${nameOf(device)} at a lower place: a bus ends at 1f.7`,
      qemu: 'VF addr overflows',
    };
  }
  for (const number of numbers) {
    const problem = inUse(device.bus, number, machine, `a VF of ${nameOf(device)}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
