import { nicModel } from '../devices/catalog.js';
import { NVME_VF_QUEUES, NVME_VF_VECTORS } from '../devices/nvme.js';
import { hostAddress, type NicFunction } from '../model/lab.js';
import type { CheckTarget } from './check.js';

/** How long to wait for the netdevs or controllers of VFs; under emulation, many VFs take long. */
const DEVICE_WAIT_SECONDS = 20;
const DEVICE_WAIT_SECONDS_PER_VF = 1;

export interface FunctionView {
  readonly name: string;
  readonly bdf: string;
  /** `-` for storage. */
  readonly mac: string;
  readonly mtu: number;
  /** Without the prefix length; `-` if it has no address. */
  readonly address: string;
  readonly cidr: string;
}

export function functionView({ name, bdf, mac, mtu, address }: NicFunction): FunctionView {
  return {
    name,
    bdf,
    mac: mac ?? '-',
    mtu,
    address: address === null ? '-' : hostAddress(address),
    cidr: address ?? '-',
  };
}

/** The view of the partial `vf`, which the scripts about a PF and its VFs share. */
export interface VfView {
  readonly pf: FunctionView;
  readonly vfs: readonly (FunctionView & {
    /** Identifies a VF wherever it appears: its MAC, or its number within the NVMe subsystem. */
    readonly identity: string;
  })[];
  readonly total: number;
  /** The value of sriov_totalvfs in the guest. */
  readonly offered: number;
  readonly vfDriver: string;
  readonly storage: boolean;
  readonly macsByPf: boolean;
  readonly onlineByPf: boolean;
  /** Whether VFs must be prepared before their drivers bind. */
  readonly prepared: boolean;
  /** Whether a link takes seconds to come up. */
  readonly slowLink: boolean;
  readonly queuesByPf: number;
  readonly vectorsByPf: number;
  readonly deviceWaitSeconds: number;
}

export function vfView({ nic }: Pick<CheckTarget, 'nic'>): VfView {
  const { vfDriver, kind, vfSetup, offeredVfs, slowLink } = nicModel(nic.model);
  return {
    pf: functionView(nic.pf),
    vfs: nic.vfs.map((vf, index) => ({
      ...functionView(vf),
      identity: vf.mac ?? String(index + 1),
    })),
    total: nic.vfs.length,
    offered: offeredVfs ?? nic.vfs.length,
    vfDriver,
    storage: kind === 'storage',
    macsByPf: vfSetup === 'macs-by-pf',
    onlineByPf: vfSetup === 'online-by-pf',
    prepared: vfSetup !== undefined,
    slowLink: slowLink === true,
    queuesByPf: NVME_VF_QUEUES,
    vectorsByPf: NVME_VF_VECTORS,
    deviceWaitSeconds: DEVICE_WAIT_SECONDS + nic.vfs.length * DEVICE_WAIT_SECONDS_PER_VF,
  };
}

/** What a script calls a VF's device in the guest, and the property that identifies it. */
const words = {
  network: {
    deviceName: 'netdev',
    identityName: 'MAC',
    identitiesTitle: "each VF is at its BDF, with its driver, one netdev and the lab's MAC",
  },
  storage: {
    deviceName: 'controller',
    identityName: 'controller number',
    identitiesTitle:
      'each VF is at its BDF, with its driver and one controller, which has the number of the VF',
  },
} as const;

/** The view of the partial `identities`, which the scripts share that look at each VF closely. */
export interface IdentitiesView extends VfView {
  readonly deviceName: string;
  readonly identityName: string;
  readonly identitiesTitle: string;
}

export function identitiesView(target: Pick<CheckTarget, 'nic'>): IdentitiesView {
  return { ...vfView(target), ...words[nicModel(target.nic.model).kind] };
}
