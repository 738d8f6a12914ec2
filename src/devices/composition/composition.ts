/** A PCI bus of a machine. `root-bus`: q35's pcie.0; `pci-bridge`: conventional PCI behind a pcie-pci-bridge. */
export interface ComposedBus {
  readonly id: string;
  readonly type: 'root-bus' | 'root-port' | 'pci-bridge';
  /** Device number, on the root bus, of the port or bridge that it is behind; null for the root bus itself. */
  readonly slot: number | null;
}

/** A `-device` of QEMU that is a PCI function. */
export interface ComposedDevice {
  readonly id: string | null;
  /** QEMU's name of it: virtio-net-pci, igb, nvme... */
  readonly driver: string;
  readonly bus: string;
  /** DEVICE * 8 + FUNCTION on its bus. */
  readonly number: number;
  /** The id of the PF that it names as a VF. */
  readonly sriovPf: string | null;
  readonly multifunction: boolean;
  readonly properties: Readonly<Record<string, string | number | boolean>>;
}

/** `refused`: QEMU ends with an error. `trap`: QEMU accepts in silence, and the guest does not get what was asked for. */
export type CompositionVerdict = 'refused' | 'trap';

export interface CompositionFinding {
  /** Index of the device over which QEMU ends, or that does not come to the guest. */
  readonly device: number;
  /** Index of the device that is to be changed; mostly the same. */
  readonly culprit: number;
  readonly verdict: CompositionVerdict;
  readonly rule: CompositionRule;
  readonly message: string;
  readonly hint: string;
  /** A part of QEMU's own message; empty for a trap. */
  readonly qemu: string;
}

/** What a rule says of the device that it looks at, and of which other one it is the fault. */
export type Refusal = Pick<CompositionFinding, 'rule' | 'message' | 'hint' | 'qemu'> & {
  readonly culprit?: ComposedDevice;
};

/** Each is explained in docs/compositions.md. */
export type CompositionRule =
  | 'duplicate-id'
  | 'id-is-a-property'
  | 'unknown-bus'
  | 'address-out-of-range'
  | 'address-in-use'
  | 'single-function'
  | 'bridge-device-0'
  | 'unknown-property'
  | 'property-value'
  | 'virtio-without-mode'
  | 'virtio-iommu-legacy'
  | 'nvme-parameters'
  | 'vf-model'
  | 'vf-needs-pcie'
  | 'pf-before-vfs'
  | 'pf-model'
  | 'pf-is-a-vf'
  | 'pf-without-id'
  | 'pf-below-vfs'
  | 'pf-bus'
  | 'vf-device-ids'
  | 'vf-bars'
  | 'vf-stride'
  | 'vfs-past-bus-end'
  | 'missing-pf'
  | 'no-function-0'
  | 'function-0-alone'
  | 'ari-chain-ends'
  | 'beyond-device-0'
  | 'sriov-out-of-reach'
  | 'vf-io-bar';

/** DEVICE.FUNCTION in hexadecimal, as QEMU's `addr` has it. */
export function placeOf(number: number): string {
  return `${Math.floor(number / 8).toString(16)}.${(number % 8).toString(16)}`;
}

export function nameOf(device: ComposedDevice): string {
  return device.id ?? `the ${device.driver} at ${placeOf(device.number)}`;
}
