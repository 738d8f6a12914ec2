import {
  nameOf,
  placeOf,
  type ComposedBus,
  type ComposedDevice,
  type CompositionFinding,
} from './composition.js';
import { isOn, ownVfsOf } from './drivers.js';

type Trap = Pick<CompositionFinding, 'rule' | 'message' | 'hint'>;

/**
 * A function that QEMU makes and no guest looks for. A guest asks function 0 of each device first, and behind a root port it
 * asks device 0 alone; VFs are found through their PF.
 */
export function hiddenFunction(
  device: ComposedDevice,
  bus: ComposedBus,
  devices: readonly ComposedDevice[],
): Trap | undefined {
  if (device.sriovPf !== null) return undefined;
  const first = device.number - (device.number % 8);
  const name = nameOf(device);
  const zero = devices.find((other) => other.bus === bus.id && other.number === zeroFor(bus, first));
  if (zero === device) return undefined;
  if (zero === undefined && isQ35s(bus, first)) return undefined;
  if (zero === undefined || zero.sriovPf !== null) {
    return {
      rule: 'no-function-0',
      message: `${name} is at ${placeOf(device.number)} of ${bus.id}, and nothing is at ${placeOf(zeroFor(bus, first))}: a guest does not look further then`,
      hint: `put it at ${placeOf(zeroFor(bus, first))}`,
    };
  }
  if (bus.type === 'root-port' && hasAri(zero)) return chainEnds(device, zero);
  if (bus.type === 'root-port' && first !== 0) {
    return {
      rule: 'beyond-device-0',
      message: `${name} is at ${placeOf(device.number)}, and behind a root port a guest looks at device 0 alone`,
      hint: 'put it behind a root port of its own',
    };
  }
  if (zero.multifunction) return undefined;
  return {
    rule: 'function-0-alone',
    message: `${name} is a further function of ${nameOf(zero)}, which does not say to the guest that there are any`,
    hint: `give ${nameOf(zero)} the property \`multifunction: on\``,
  };
}

/** The ISA bridge, which is q35's own, says that it is one of several functions. */
function isQ35s(bus: ComposedBus, first: number): boolean {
  return bus.type === 'root-bus' && first === 0xf8;
}

function zeroFor(bus: ComposedBus, first: number): number {
  return bus.type === 'root-port' ? 0 : first;
}

/** QEMU gives ARI to composed PFs too, and takes it away at reset; igb and nvme keep it. */
function hasAri(device: ComposedDevice): boolean {
  return ownVfsOf(device) !== undefined;
}

/** With ARI each function names the next one: 1 if it is told so, else none. */
function chainEnds(device: ComposedDevice, zero: ComposedDevice): Trap | undefined {
  if (device.number === 1 && isOn(zero.properties['x-pcie-ari-nextfn-1'])) return undefined;
  return {
    rule: 'ari-chain-ends',
    message: `${nameOf(device)} shares its bus with ${nameOf(zero)}, whose list of functions (ARI) does not name it`,
    hint: 'put it behind a root port of its own',
  };
}
