import type { Machine, Nic, NicFunction } from '../model/lab.js';
import type { ComposedBus, ComposedDevice, CompositionFinding } from './composition/composition.js';
import { isOn } from './composition/drivers.js';
import { judgeComposition } from './composition/judge.js';
import { DISK_SLOT, MAX_DISKS } from './disk-slot.js';
import { functionDevice, machineOptions, renderedFunctions } from './nic-options.js';

/** A function of a NIC, as a device of QEMU. */
export interface ComposedFunction {
  readonly nic: Nic;
  readonly pciFunction: NicFunction;
  readonly device: ComposedDevice;
}

export interface ComposedMachine {
  readonly buses: readonly ComposedBus[];
  readonly devices: readonly ComposedDevice[];
  /** Ids of devices that are no PCI functions. */
  readonly otherIds: readonly string[];
  /** The functions of the NICs; their devices are among `devices`. */
  readonly functions: readonly ComposedFunction[];
}

/** What every machine has beside its NICs: the channel to its guest (machine.qemu.hbs). */
const channel: ComposedDevice = {
  id: 'serial',
  driver: 'virtio-serial-pci',
  bus: 'pcie.0',
  number: 0x1d * 8,
  sriovPf: null,
  multifunction: false,
  properties: {},
};

/** Its own disk, or those that it hands in: a machine that runs machines has none of its own. A rule refuses more than have room. */
function diskDevices({ disk, disksInside }: Machine): ComposedDevice[] {
  const count = Math.min((disk ? 1 : 0) + disksInside.length, MAX_DISKS);
  return Array.from({ length: count }, (_, index) => ({
    ...channel,
    id: null,
    driver: 'virtio-blk-pci',
    number: DISK_SLOT * MAX_DISKS + index,
    multifunction: count > 1,
  }));
}

/** A machine's PCI devices in the order in which QEMU is told of them, from what is rendered for it. */
export function composeMachine(machine: Machine): ComposedMachine {
  const functions = machine.nics.flatMap((nic) =>
    renderedFunctions(nic).map((pciFunction) => ({ nic, pciFunction, device: deviceOf(pciFunction, nic) })),
  );
  const devices = [channel, ...diskDevices(machine), ...functions.map(({ device }) => device)];
  const buses = machine.buses.map(({ id, type, slot }) => ({
    id,
    type,
    slot: type === 'root-bus' ? null : slot,
  }));
  return { buses, devices, otherIds: idsWithoutPlace(machine), functions };
}

/** A machine's PCI devices, and what QEMU makes of them. */
export function judgeMachine(machine: Machine): ComposedMachine & {
  readonly findings: readonly CompositionFinding[];
} {
  const composed = composeMachine(machine);
  return { ...composed, findings: judgeComposition(composed.buses, composed.devices, composed.otherIds) };
}

function idsWithoutPlace(machine: Machine): string[] {
  return machineOptions(machine, { vhostNet: false }).flatMap(({ option, argument: { properties } }) => {
    const { id, bus } = properties;
    return option === '-device' && bus === undefined && typeof id === 'string' ? [id] : [];
  });
}

function deviceOf(pciFunction: NicFunction, nic: Nic): ComposedDevice {
  const { driver, properties } = functionDevice(pciFunction, nic);
  return {
    id: pciFunction.id,
    driver,
    bus: pciFunction.bus,
    number: pciFunction.number,
    sriovPf: pciFunction.sriovPf,
    multifunction: isOn(properties['multifunction']),
    properties,
  };
}
