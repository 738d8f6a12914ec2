import { nicModel } from '../devices/catalog.js';
import { hostAddress, type NicFunction } from '../model/lab.js';
import type { CheckTarget } from './check.js';

/** A netdev of a VF appears with the VF; under emulation many VFs take their time. */
const NETDEV_WAIT_SECONDS = 20;

export interface FunctionView {
  readonly name: string;
  readonly bdf: string;
  /** `-` for storage. */
  readonly mac: string;
  readonly mtu: number;
  /** Without prefix length; `-` without an address. */
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

/** What the scripts about a PF and its VFs have in common: the view of the partial `vf`. */
export function vfView({ nic }: CheckTarget): {
  pf: FunctionView;
  vfs: FunctionView[];
  total: number;
  vfDriver: string;
  netdevWaitSeconds: number;
} {
  return {
    pf: functionView(nic.pf),
    vfs: nic.vfs.map(functionView),
    total: nic.vfs.length,
    vfDriver: nicModel(nic.model).vfDriver,
    netdevWaitSeconds: NETDEV_WAIT_SECONDS,
  };
}
