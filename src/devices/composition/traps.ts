import { hasIoBar } from './bars.js';
import { nameOf, type ComposedBus, type ComposedDevice, type CompositionFinding } from './composition.js';
import { ownVfsOf } from './drivers.js';
import { hiddenFunction } from './hidden-functions.js';

type Trap = Pick<CompositionFinding, 'rule' | 'message' | 'hint'>;

/** What is wrong with a composition that QEMU accepts. */
export function traps(
  buses: readonly ComposedBus[],
  devices: readonly ComposedDevice[],
): CompositionFinding[] {
  // A function that does not appear has no other trouble.
  const find = [missingPf, hiddenFunction, sriovOutOfReach, vfIoBar];
  return devices.flatMap((device, index) => {
    const bus = buses.find(({ id }) => id === device.bus);
    if (bus === undefined) return [];
    const trap = find
      .map((rule): Trap | undefined => rule(device, bus, devices))
      .find((found) => found !== undefined);
    return trap === undefined ? [] : [{ device: index, culprit: index, verdict: 'trap', qemu: '', ...trap }];
  });
}

/** QEMU lets a VF wait for its PF for ever. */
function missingPf(
  device: ComposedDevice,
  _bus: ComposedBus,
  devices: readonly ComposedDevice[],
): Trap | undefined {
  const { sriovPf } = device;
  if (sriovPf === null || devices.some(({ id }) => id === sriovPf)) return undefined;
  const nameless = devices.some(
    (other) => other.id === null && other.sriovPf === null && other.bus === device.bus,
  );
  return {
    rule: 'missing-pf',
    message: `${nameOf(device)} names ${sriovPf} as its PF, and there is no such device; the VF never appears`,
    hint: nameless ? `give the PF the id ${sriovPf}: it has none` : 'name the PF as it is called',
  };
}

function sriovOutOfReach(device: ComposedDevice, bus: ComposedBus): Trap | undefined {
  if (bus.type !== 'pci-bridge' || ownVfsOf(device) === undefined) return undefined;
  return {
    rule: 'sriov-out-of-reach',
    message: `${nameOf(device)} is on ${bus.id}, a conventional PCI bus: the guest cannot reach its SR-IOV capability there`,
    hint: 'put it behind a PCIe root port',
  };
}

function vfIoBar(device: ComposedDevice, bus: ComposedBus): Trap | undefined {
  if (device.sriovPf === null || !hasIoBar(device, bus)) return undefined;
  return {
    rule: 'vf-io-bar',
    message: `${nameOf(device)} is a VF with registers in I/O space, which SR-IOV does not have`,
    hint: 'leave out `disable-legacy` and `modern-pio-notify`, and the transitional devices',
  };
}
