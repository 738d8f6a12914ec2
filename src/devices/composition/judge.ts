import { addressInUse, addressOutOfRange, singleFunction, unknownBus } from './address-rules.js';
import type { ComposedBus, ComposedDevice, CompositionFinding, Refusal } from './composition.js';
import { ownVfNumbers, ownVfsOf } from './drivers.js';
import { duplicateIds, idIsAProperty } from './id-rules.js';
import { MachineInProgress } from './machine.js';
import { nvmeParameters } from './nvme-parameters.js';
import { ownPfWithoutId, ownVfsFit } from './own-vf-rules.js';
import { becomesPf, cannotTakeVfs, pfAndVfsAgree } from './pf-rules.js';
import { propertiesFit } from './property-rules.js';
import { traps } from './traps.js';
import { pfIsAVf, vfCrashesQemu, vfRegisters } from './vf-rules.js';
import { virtioModeProblem } from './virtio-mode.js';

type Rule = (device: ComposedDevice, machine: MachineInProgress) => Refusal | undefined;

/** What QEMU looks at before a device has its place on a bus, in QEMU's order. */
const beforePlace: readonly Rule[] = [
  unknownBus,
  addressOutOfRange,
  propertiesFit,
  addressInUse,
  singleFunction,
];

/** What it looks at after, in QEMU's order. */
const afterPlace: readonly Rule[] = [
  (device, machine) => {
    const bus = machine.bus(device.bus);
    return bus && virtioModeProblem(device, bus);
  },
  vfCrashesQemu,
  nvmeParameters,
  idIsAProperty,
  pfAndVfsAgree,
  (device, machine) => (ownVfsOf(device) === undefined ? undefined : cannotTakeVfs(device, machine)),
  ownPfWithoutId,
  pfIsAVf,
  ownVfsFit,
  cannotTakeVfs,
  vfRegisters,
];

/**
 * What QEMU 11.1 makes of a machine's PCI devices, in the order of its command line (hw/pci/pci.c and pcie_sriov.c,
 * virtio-pci.c, igb.c, nvme/ctrl.c, and what QEMU itself was seen to do). QEMU ends with the first refusal; here all devices
 * are looked at, and the findings come in QEMU's order. Traps are looked for only in what QEMU accepts.
 * `otherIds` are those of devices that are no PCI functions.
 */
export function judgeComposition(
  buses: readonly ComposedBus[],
  devices: readonly ComposedDevice[],
  otherIds: readonly string[] = [],
): CompositionFinding[] {
  const duplicates = [...duplicateIds(buses, devices, otherIds)];
  const refusals = [
    ...duplicates,
    ...refusalsInOrder(buses, devices, new Set(duplicates.map(([index]) => index))),
  ];
  if (refusals.length > 0)
    return refusals.map(([device, { culprit, ...refusal }]) => ({
      device,
      culprit: culprit === undefined ? device : devices.indexOf(culprit),
      verdict: 'refused',
      ...refusal,
    }));
  return traps(buses, devices);
}

function* refusalsInOrder(
  buses: readonly ComposedBus[],
  devices: readonly ComposedDevice[],
  without: ReadonlySet<number>,
): Iterable<readonly [number, Refusal]> {
  const machine = new MachineInProgress(buses);
  for (const [index, device] of devices.entries()) {
    if (without.has(index)) continue;
    const refusal = firstOf(beforePlace, device, machine);
    if (refusal !== undefined) {
      yield [index, refusal];
      if (device.id !== null) machine.add(device.id);
      continue;
    }
    const later = firstOf(afterPlace, device, machine);
    if (later !== undefined) yield [index, later];
    // A refused device keeps its place, so that the next ones are not blamed for it.
    settle(device, machine, later === undefined);
  }
}

function firstOf(
  rules: readonly Rule[],
  device: ComposedDevice,
  machine: MachineInProgress,
): Refusal | undefined {
  for (const rule of rules) {
    const refusal = rule(device, machine);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function settle(device: ComposedDevice, machine: MachineInProgress, accepted: boolean): void {
  const name = device.id ?? device.driver;
  const isPf = ownVfsOf(device) !== undefined || becomesPf(device, machine);
  machine.place(device.bus, device.number, {
    name,
    multifunction: device.multifunction || isPf,
    isVf: device.sriovPf !== null,
  });
  if (accepted) {
    for (const number of ownVfNumbers(device)) {
      machine.place(device.bus, number, { name: `a VF of ${name}`, multifunction: false, isVf: true });
    }
  }
  if (device.sriovPf !== null) machine.wait({ vf: device, accepted }, device.sriovPf);
  if (device.id !== null) machine.add(device.id);
}
