/** What a property takes: QEMU 11.1's own types, as `-device DRIVER,help` prints them, with what else it is known to ask. */
export interface PropertyType {
  readonly takes: string;
  accepts(value: string | number | boolean): boolean;
}

function whole(min: number, max: number): PropertyType {
  return {
    takes: `a whole number from ${min} to ${max}`,
    accepts: (value) => isWhole(value) && Number(value) >= min && Number(value) <= max,
  };
}

function oneOf(...words: readonly string[]): PropertyType {
  return { takes: words.join(' or '), accepts: (value) => words.includes(onOff(value)) };
}

function isWhole(value: string | number | boolean): boolean {
  return typeof value !== 'boolean' && /^-?\d{1,18}$/.test(String(value));
}

/** As a definition's booleans are rendered. */
function onOff(value: string | number | boolean): string {
  if (typeof value !== 'boolean') return String(value);
  return value ? 'on' : 'off';
}

const bool: PropertyType = {
  takes: 'on or off',
  accepts: (value) => ['on', 'off', 'true', 'false', 'yes', 'no', 'y', 'n'].includes(onOff(value)),
};
const onOffAuto = oneOf('on', 'off', 'auto');
const uint8 = whole(0, 0xff);
const uint16 = whole(0, 0xffff);
const uint32 = whole(0, 0xffffffff);

function named(type: PropertyType, names: string): [string, PropertyType][] {
  return names.split(' ').map((name) => [name, type]);
}

/** Properties of every PCI device that a composition may set; those for QEMU itself, or for files, are not among them. */
const anyPciDevice = named(
  bool,
  'multifunction x-pcie-ari-nextfn-1 x-pcie-err-unc-mask x-pcie-ext-tag x-pcie-lnksta-dllla',
);

const virtioNet = new Map([
  ...anyPciDevice,
  ...named(
    bool,
    [
      'aer any_layout ats csum ctrl_guest_offloads ctrl_mac_addr ctrl_rx ctrl_rx_extra ctrl_vlan ctrl_vq disable-modern',
      'event_idx failover gso guest_announce guest_csum guest_ecn guest_rsc_ext guest_tso4 guest_tso6 guest_tunnel',
      'guest_tunnel_csum guest_ufo guest_uso4 guest_uso6 hash host_ecn host_tso4 host_tso6 host_tunnel host_tunnel_csum',
      'host_ufo host_uso in_order indirect_desc ioeventfd iommu_platform modern-pio-notify mq mrg_rxbuf notify_on_empty',
      'packed page-per-vq queue_reset rss status use-disabled-flag use-started x-ats-page-aligned',
      'x-disable-legacy-check x-pcie-flr-init x-pcie-pm-no-soft-reset',
    ].join(' '),
  ),
  ...named(
    onOffAuto,
    'disable-legacy hash-ipv4 hash-ipv6 hash-ipv6ex hash-tcp4 hash-tcp6 hash-tcp6ex hash-udp4 hash-udp6 hash-udp6ex',
  ),
  ...named(uint16, 'host_mtu'),
  ...named(uint32, 'rsc_interval vectors x-txtimer'),
  ...named(whole(-0x80000000, 0x7fffffff), 'x-txburst'),
  ...named(whole(-1, 0x7fffffff), 'speed'),
  ...named(oneOf('half', 'full'), 'duplex'),
  ...named(oneOf('256', '512', '1024'), 'rx_queue_size'),
  // More only where the backend itself moves the packets (vhost-user, vhost-vdpa).
  ...named(oneOf('256'), 'tx_queue_size'),
]);

const igb = new Map([...anyPciDevice, ...named(bool, 'x-pcie-flr-init')]);

const nvme = new Map([
  ...anyPciDevice,
  ...named(
    bool,
    'atomic.dn ctratt.mem dbcs ioeventfd msix-exclusive-bar ocp use-intel-id zoned.auto_transition',
  ),
  ...named(uint8, 'aerl'),
  ...named(uint16, 'msix_qsize sriov_max_vfs sriov_vi_flexible sriov_vq_flexible'),
  ...named(uint32, 'aer_max_queued max_ioqpairs sriov_max_vi_per_vf sriov_max_vq_per_vf'),
]);

const byDriver: Readonly<Record<string, ReadonlyMap<string, PropertyType>>> = {
  'virtio-net-pci': virtioNet,
  igb,
  nvme,
};

/** The properties that a device of that driver may be given; undefined for a driver of which they are not known. */
export function propertyTypes(driver: string): ReadonlyMap<string, PropertyType> | undefined {
  return byDriver[driver];
}
