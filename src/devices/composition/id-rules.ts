import { nameOf, type ComposedBus, type ComposedDevice, type Refusal } from './composition.js';

/** Ids must differ among all devices of a machine; QEMU looks at that before it makes any. */
export function duplicateIds(
  buses: readonly ComposedBus[],
  devices: readonly ComposedDevice[],
  otherIds: readonly string[],
): Map<number, Refusal> {
  const taken = new Set([...otherIds, ...buses.filter(({ slot }) => slot !== null).map(({ id }) => id)]);
  const found = new Map<number, Refusal>();
  for (const [index, { id }] of devices.entries()) {
    if (id === null) continue;
    if (taken.has(id)) {
      found.set(index, {
        rule: 'duplicate-id',
        message: `there is another device \`${id}\` in this machine`,
        hint: 'give each device and bus a name of its own',
        qemu: `Duplicate ID '${id}'`,
      });
    }
    taken.add(id);
  }
  return found;
}

const anyPciDevice = [
  'type parent_bus realized hotplugged hotpluggable busnr failover_pair_id x-pcie-ext-tag addr romsize',
  'x-pcie-lnksta-dllla rombar x-max-bounce-buffer-size x-pcie-ari-nextfn-1 x-pcie-err-unc-mask sriov-pf acpi-index',
  'multifunction romfile',
];

/** Properties of the devices that have a bus of their own, which QEMU calls by their id: QEMU 11.1's, by `qom-list`. */
const properties: Readonly<Record<string, ReadonlySet<string>>> = {
  nvme: words([
    ...anyPciDevice,
    'x-pci-express-writeable-slt-bug',
    'share-rw ocp mdts ctratt.mem sriov_vq_flexible cmb_size_mb account-invalid aerl serial firmware-version',
    'min_io_size drive use-intel-id zoned.zasl num_queues zoned.auto_transition atomic.awupf mqes write-cache',
    'spdm_trans ioeventfd physical_block_size max_ioqpairs atomic.dn atomic.awun spdm_port opt_io_size',
    'logical_block_size msix_qsize sriov_max_vq_per_vf legacy-cmb subsys pmrdev discard_granularity',
    'msix-exclusive-bar sriov_max_vi_per_vf sriov_max_vfs aer_max_queued sriov_vi_flexible model account-failed',
    'stats-intervals vsl backend_defaults dbcs smart_critical_warning bootindex',
  ]),
  'pcie-root-port': words([
    ...anyPciDevice,
    'x-pci-express-writeable-slt-bug',
    'port aer_log_max x-do-not-expose-native-hotplug-cap hotplug slot chassis power_controller_present x-width',
    'mem-reserve bus-reserve x-speed pref64-reserve io-reserve pref32-reserve',
  ]),
  'pcie-pci-bridge': words([...anyPciDevice, 'x-pci-express-writeable-slt-bug', 'msi']),
};

/** Whether QEMU crashes on a device of that driver and id: its bus would have the name of one of its properties. */
export function isOwnProperty(driver: string, id: string): boolean {
  return properties[driver]?.has(id) ?? false;
}

export function idIsAProperty(device: ComposedDevice): Refusal | undefined {
  if (device.id === null || !isOwnProperty(device.driver, device.id)) return undefined;
  return {
    rule: 'id-is-a-property',
    message: `${nameOf(device)} is also the name of a property of ${device.driver}; QEMU crashes on that`,
    hint: 'give it another name',
    qemu: `attempt to add duplicate property '${device.id}'`,
  };
}

function words(lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.join(' ').split(' '));
}
