import type { CheckScript } from '../checks/check.js';
import { vfView, type VfView } from '../checks/vf-view.js';
import { findByName, functionById, hostAddress, type Bench, type Lab } from '../model/lab.js';
import { numberToAddress, parseSubnet } from '../model/ipv4.js';
import { renderTemplate } from '../render/templates.js';
import type { Side } from './measurements.js';

declare module '../render/templates.js' {
  interface Views {
    'bench/offload.sh': SideView;
    'bench/software.sh': SideView;
    'bench/end.sh': Readonly<Record<Side, SideView>>;
  }
}

/** The first two hosts of the container network. */
const GATEWAY_OFFSET = 1;
const CONTAINER_OFFSET = 2;
const DEADLINE_SECONDS = 10;

/** Names in the guest; the namespaces are named after the sides. */
const BRIDGE = 'lab-bridge';
const PORT = 'lab-port';
const TABLE = 'lab-bench';

/** The name of the network namespace in the guest that serves as a side's container. */
export function containerOf(side: Side): string {
  return side;
}

/** The script that sets up a side. */
export function setupScript(side: Side): string {
  return `bench/${side}.sh`;
}

/** The script that removes both. */
export const END_SCRIPT = 'bench/end.sh';

function hostIn(subnet: string, offset: number): string {
  return numberToAddress(parseSubnet(subnet).first + offset);
}

/** The view of the script that sets up a side. */
interface SideView extends VfView {
  readonly function: string;
  readonly bdf: string;
  readonly mtu: number;
  readonly address: string;
  /** Names in the guest. */
  readonly container: string;
  readonly bridge: string;
  readonly port: string;
  readonly table: string;
  readonly gateway: string;
  readonly gatewayCidr: string;
  readonly containerCidr: string;
  readonly containerSubnet: string;
  readonly peerAddress: string;
  readonly deadlineSeconds: number;
  readonly onlyNetdevTitle: string;
  readonly reachTitle: string;
  readonly natTitle: string;
}

function viewOf(side: Side, bench: Bench, lab: Lab): SideView {
  const end = bench[side];
  const { nic, pciFunction: found } = functionById(findByName(lab.machines, bench.machine), end.function);
  const prefix = bench.containerSubnet.split('/')[1] ?? '';
  const [gateway, container] = [GATEWAY_OFFSET, CONTAINER_OFFSET].map((offset) =>
    hostIn(bench.containerSubnet, offset),
  ) as [string, string];
  const inside = side === 'offload' ? `has ${end.function}` : 'has its end of the veth pair';
  return {
    ...vfView({ nic }),
    function: end.function,
    bdf: found.bdf,
    mtu: found.mtu,
    address: end.address,
    container: containerOf(side),
    bridge: BRIDGE,
    port: PORT,
    table: TABLE,
    gateway,
    gatewayCidr: `${gateway}/${prefix}`,
    containerCidr: `${container}/${prefix}`,
    containerSubnet: bench.containerSubnet,
    peerAddress: hostAddress(findByName(lab.peers, bench.peer).address),
    deadlineSeconds: DEADLINE_SECONDS,
    onlyNetdevTitle: `${side}: the container ${inside} and no other netdev`,
    reachTitle: `${side}: the container reaches ${bench.peer}`,
    natTitle: `${side}: the guest has translated the address of what the container sent`,
  };
}

/** The scripts that set up and remove the two sides of a lab's bench; none if the lab has no bench. */
export function benchScripts(lab: Lab): CheckScript[] {
  const { bench } = lab;
  if (bench === null) return [];
  const [offload, software] = [viewOf('offload', bench, lab), viewOf('software', bench, lab)];
  return [
    { path: setupScript('offload'), content: renderTemplate('bench/offload.sh', offload) },
    { path: setupScript('software'), content: renderTemplate('bench/software.sh', software) },
    { path: END_SCRIPT, content: renderTemplate('bench/end.sh', { offload, software }) },
  ];
}
