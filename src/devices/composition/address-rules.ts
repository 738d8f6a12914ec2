import { nameOf, placeOf, type ComposedDevice, type Refusal } from './composition.js';
import type { MachineInProgress } from './machine.js';

const PLACES_ON_A_BUS = 256;

export function unknownBus(device: ComposedDevice, machine: MachineInProgress): Refusal | undefined {
  if (machine.bus(device.bus) !== undefined) return undefined;
  return {
    rule: 'unknown-bus',
    message: `${nameOf(device)} is on a bus that there is not: ${device.bus}`,
    hint: 'name one of the machine’s `buses`',
    qemu: `Bus '${device.bus}' not found`,
  };
}

export function addressOutOfRange({ number }: ComposedDevice): Refusal | undefined {
  if (number >= 0 && number < PLACES_ON_A_BUS) return undefined;
  return {
    rule: 'address-out-of-range',
    message: `${placeOf(number)} is past the end of the bus`,
    hint: 'a bus has the places 0.0 to 1f.7',
    qemu: "doesn't take value",
  };
}

export function addressInUse(device: ComposedDevice, machine: MachineInProgress): Refusal | undefined {
  return inUse(device.bus, device.number, machine, nameOf(device));
}

/** Whether something stands already where a function is to come. */
export function inUse(
  bus: string,
  number: number,
  machine: MachineInProgress,
  name: string,
): Refusal | undefined {
  const occupant = machine.at(bus, number);
  if (occupant === undefined) return undefined;
  return {
    rule: 'address-in-use',
    message: `${name} is to be at ${placeOf(number)} of ${bus}, where ${occupant.name} is already`,
    hint: 'give each function a place of its own',
    qemu: 'in use by',
  };
}

/** A device has function 0 alone, or a function 0 that says it is one of several. VFs are exempt: their PF announces them. */
export function singleFunction(device: ComposedDevice, machine: MachineInProgress): Refusal | undefined {
  if (device.sriovPf !== null) return undefined;
  const { bus, number } = device;
  const first = number - (number % 8);
  if (number !== first) {
    const zero = machine.at(bus, first);
    if (zero === undefined || zero.multifunction) return undefined;
    return {
      rule: 'single-function',
      message: `${nameOf(device)} is at ${placeOf(number)}, but ${zero.name}, at ${placeOf(first)}, is a device of one function`,
      hint: `give function ${placeOf(first)} the property \`multifunction: on\`, or ${nameOf(device)} a device number of its own`,
      qemu: "single function device can't be populated",
    };
  }
  if (device.multifunction) return undefined;
  const further = [1, 2, 3, 4, 5, 6, 7]
    .map((index) => machine.at(bus, first + index))
    .find((occupant) => occupant !== undefined && !occupant.isVf);
  if (further === undefined) return undefined;
  return {
    rule: 'single-function',
    message: `${nameOf(device)} is a device of one function, but ${further.name} is a further function of it`,
    hint: `give ${nameOf(device)} the property \`multifunction: on\``,
    qemu: 'indicates single function',
  };
}

/** The bridge's hotplug controller (SHPC) counts its slots from 1, and looks at each device once that is made. */
export function bridgeDevice0(device: ComposedDevice, machine: MachineInProgress): Refusal | undefined {
  if (machine.bus(device.bus)?.type !== 'pci-bridge' || device.number >= 8) return undefined;
  return {
    rule: 'bridge-device-0',
    message: `${nameOf(device)} is at ${placeOf(device.number)} of ${device.bus}, and a bridge has no device 0`,
    hint: 'leave `addr` out, or choose a place from 1.0 to 1f.7',
    qemu: 'Unsupported PCI slot 0 for standard hotplug controller',
  };
}
