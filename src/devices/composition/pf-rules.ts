import { barsOf, hasTransitionalId } from './bars.js';
import { nameOf, placeOf, type ComposedBus, type ComposedDevice, type Refusal } from './composition.js';
import { driverOf } from './drivers.js';
import { isExpress } from './express.js';
import type { MachineInProgress } from './machine.js';

/** Whether a device becomes the PF of the VFs that wait for it. */
export function becomesPf(device: ComposedDevice, machine: MachineInProgress): boolean {
  const bus = machine.bus(device.bus);
  return (
    machine.waitingFor(device.id).length > 0 &&
    bus !== undefined &&
    driverOf(device).takesVfs &&
    device.sriovPf === null &&
    isExpress(device, bus)
  );
}

/** VFs wait for a device that cannot be the PF of any. */
export function cannotTakeVfs(device: ComposedDevice, machine: MachineInProgress): Refusal | undefined {
  // What is said of a VF need not be said of its PF once more.
  const waiting = machine.waitingFor(device.id).find(({ accepted }) => accepted);
  const bus = machine.bus(device.bus);
  if (waiting === undefined || bus === undefined || becomesPf(device, machine)) return undefined;
  return {
    rule: 'pf-model',
    message: `${nameOf(waiting.vf)} names ${nameOf(device)} as its PF, but ${whyNot(device, bus)}`,
    hint: 'the PF of composed VFs is a virtio-net behind a PCIe root port',
    qemu: 'attaching user-created SR-IOV VF unsupported',
  };
}

function whyNot(device: ComposedDevice, bus: ComposedBus): string {
  if (!driverOf(device).takesVfs) return `${device.driver} takes no VFs of other devices`;
  if (device.sriovPf !== null) return 'that is a VF itself';
  return bus.type === 'root-port' ? 'that has no modern interface' : 'that is not behind a PCIe root port';
}

/** What QEMU asks of a PF and the VFs that wait for it, in QEMU's order. */
export function pfAndVfsAgree(pf: ComposedDevice, machine: MachineInProgress): Refusal | undefined {
  if (!becomesPf(pf, machine)) return undefined;
  const bus = machine.bus(pf.bus);
  const vfs = machine
    .waitingFor(pf.id)
    .map(({ vf }) => vf)
    .sort((a, b) => a.number - b.number);
  const [first, second] = vfs;
  if (bus === undefined || first === undefined) return undefined;
  if (first.number <= pf.number) return belowPf(pf, first);
  const stride = second === undefined ? 0 : second.number - first.number;
  for (const [index, vf] of vfs.entries()) {
    if (vf.bus !== pf.bus) return otherBus(pf, vf);
    if (hasTransitionalId(vf, bus) !== hasTransitionalId(first, bus))
      return differ(vf, first, 'vf-device-ids');
    if (barsOf(vf, bus) !== barsOf(first, bus)) return differ(vf, first, 'vf-bars');
    if (vf.number - first.number !== stride * index) return uneven(vf, first.number + stride * index, stride);
  }
  return undefined;
}

function belowPf(pf: ComposedDevice, vf: ComposedDevice): Refusal {
  return {
    rule: 'pf-below-vfs',
    message: `${nameOf(vf)}, at ${placeOf(vf.number)}, is not above its PF ${nameOf(pf)}, at ${placeOf(pf.number)}`,
    hint: 'give the VFs higher function numbers than their PF',
    qemu: 'a VF function number is less than the PF function number',
    culprit: vf,
  };
}

function otherBus(pf: ComposedDevice, vf: ComposedDevice): Refusal {
  return {
    rule: 'pf-bus',
    message: `${nameOf(vf)} is on ${vf.bus}, its PF ${nameOf(pf)} on ${pf.bus}`,
    hint: 'put the VFs on the bus of their PF',
    qemu: 'SR-IOV VF parent bus mismatches with PF',
    culprit: vf,
  };
}

function uneven(vf: ComposedDevice, expected: number, stride: number): Refusal {
  return {
    rule: 'vf-stride',
    message: `${nameOf(vf)} is at ${placeOf(vf.number)}; with the first VFs ${stride} apart it would have to be at ${placeOf(expected)}`,
    hint: 'space all VFs of a PF evenly: there is one distance (the VF stride) for all',
    qemu: 'inconsistent SR-IOV stride',
    culprit: vf,
  };
}

const differences = {
  'vf-device-ids': {
    what: 'device ID: one has the legacy interface and the other has not',
    qemu: 'inconsistent SR-IOV VF device IDs',
  },
  'vf-bars': {
    what: 'base address registers (`vectors`, `page-per-vq`, `modern-pio-notify` and the legacy interface decide them)',
    qemu: 'inconsistent SR-IOV BARs',
  },
};

function differ(vf: ComposedDevice, first: ComposedDevice, rule: keyof typeof differences): Refusal {
  const { what, qemu } = differences[rule];
  return {
    rule,
    message: `${nameOf(vf)} and ${nameOf(first)}, VFs of one PF, differ in their ${what}`,
    hint: 'give all VFs of a PF the same `vectors` and properties',
    qemu,
    culprit: vf,
  };
}
