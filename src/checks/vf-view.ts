import { nicModel } from '../devices/catalog.js';
import { hostAddress, type NicFunction } from '../model/lab.js';
import type { CheckTarget } from './check.js';

/** A netdev of a VF appears with the VF; under emulation many VFs take their time. */
const NETDEV_WAIT_SECONDS = 20;

export interface FunctionView {
  readonly name: string;
  /** The guest's network namespace in which the function lives; the PF stays in `root`. */
  readonly namespace: string;
  readonly bdf: string;
  readonly mac: string;
  readonly mtu: number;
  /** Without prefix length; `-` without an address. */
  readonly address: string;
  readonly cidr: string;
}

function functionView(pciFunction: NicFunction, name: string, namespace: string): FunctionView {
  const { bdf, mac, mtu, address } = pciFunction;
  return {
    name,
    namespace,
    bdf,
    mac: mac ?? '-',
    mtu,
    address: address === null ? '-' : hostAddress(address),
    cidr: address ?? '-',
  };
}

/** What the scripts about a PF and its VFs have in common: the view of the partials `vf` and `namespaces`. */
export function vfView({ nic }: CheckTarget): {
  pf: FunctionView;
  vfs: FunctionView[];
  total: number;
  vfDriver: string;
  netdevWaitSeconds: number;
} {
  return {
    pf: functionView(nic.pf, nic.name, 'root'),
    vfs: nic.vfs.map((vf, index) => functionView(vf, `vf${index}`, `vf${index}`)),
    total: nic.vfs.length,
    vfDriver: nicModel(nic.model).vfDriver,
    netdevWaitSeconds: NETDEV_WAIT_SECONDS,
  };
}
