import { isOff, isOn } from './drivers.js';
import { nameOf, type ComposedBus, type ComposedDevice, type Refusal } from './composition.js';

interface VirtioMode {
  readonly modern: boolean;
  readonly legacy: boolean;
}

/** Which of virtio's interfaces a device offers. Legacy is off behind a root port unless it is asked for. */
export function virtioMode({ driver, properties }: ComposedDevice, bus: ComposedBus): VirtioMode {
  if (driver.endsWith('-non-transitional')) return { modern: true, legacy: false };
  if (driver.endsWith('-transitional')) return { modern: true, legacy: true };
  const asked = properties['disable-legacy'];
  return {
    modern: !isOn(properties['disable-modern']),
    legacy: isOff(asked) || (!isOn(asked) && bus.type !== 'root-port'),
  };
}

export function isVirtio({ driver }: ComposedDevice): boolean {
  return driver.startsWith('virtio-');
}

export function virtioModeProblem(device: ComposedDevice, bus: ComposedBus): Refusal | undefined {
  if (!isVirtio(device)) return undefined;
  const { modern, legacy } = virtioMode(device, bus);
  if (legacy && isOn(device.properties['iommu_platform'])) return iommuWithLegacy(device);
  if (modern || legacy) return undefined;
  return {
    rule: 'virtio-without-mode',
    message: `${nameOf(device)} offers neither the modern nor the legacy interface of virtio`,
    hint: 'leave out `disable-modern`: behind a root port the modern interface is the only one',
    qemu: 'neither modern nor legacy mode is enabled',
  };
}

function iommuWithLegacy(device: ComposedDevice): Refusal {
  return {
    rule: 'virtio-iommu-legacy',
    message: `${nameOf(device)} has \`iommu_platform\`, which there is not with the legacy interface of virtio that it has here`,
    hint: 'put it behind a PCIe root port, or add `disable-legacy: on`',
    qemu: 'VIRTIO_F_IOMMU_PLATFORM was supported by neither legacy nor transitional device',
  };
}
