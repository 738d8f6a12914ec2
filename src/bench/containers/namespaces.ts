import { vfView, type VfView } from '../../checks/vf-view.js';
import type { Bench } from '../../model/bench.js';
import { findByName, functionById, hostAddress, type Lab } from '../../model/lab.js';
import { numberToAddress, parseSubnet } from '../../model/ipv4.js';
import { renderTemplate } from '../../render/templates.js';
import { sides, type Side } from '../measurements.js';
import { END_SCRIPT, ENTER_SCRIPT, sideScript, type Containers } from './containers.js';

declare module '../../render/templates.js' {
  interface Views {
    'bench/offload.sh': SideView;
    'bench/software.sh': SideView;
    'bench/end.sh': Readonly<Record<Side, SideView>>;
    /** Shows nothing of a lab. */
    'bench/enter.sh': object;
  }
}

/** The first two hosts of the container network. */
const GATEWAY_OFFSET = 1;
const CONTAINER_OFFSET = 2;
const DEADLINE_SECONDS = 10;

const SET_UP_LIMIT_MS = 60_000;
const END_LIMIT_MS = 15_000;

/** Names in the guest. */
const BRIDGE = 'lab-bridge';
const PORT = 'lab-port';
const TABLE = 'lab-bench';

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

function viewOf(side: Side, lab: Lab, bench: Bench, subnet: string): SideView {
  const end = bench[side];
  const { nic, pciFunction: found } = functionById(findByName(lab.machines, bench.machine), end.function);
  const prefix = subnet.split('/')[1] ?? '';
  const [gateway, container] = [GATEWAY_OFFSET, CONTAINER_OFFSET].map((offset) => hostIn(subnet, offset)) as [
    string,
    string,
  ];
  const inside = side === 'offload' ? `has ${end.function}` : 'has its end of the veth pair';
  return {
    ...vfView({ nic }),
    function: end.function,
    bdf: found.bdf,
    mtu: found.mtu,
    address: end.address,
    container: side,
    bridge: BRIDGE,
    port: PORT,
    table: TABLE,
    gateway,
    gatewayCidr: `${gateway}/${prefix}`,
    containerCidr: `${container}/${prefix}`,
    containerSubnet: subnet,
    peerAddress: hostAddress(findByName(lab.peers, bench.peer).address),
    deadlineSeconds: DEADLINE_SECONDS,
    onlyNetdevTitle: `${side}: the container ${inside} and no other netdev`,
    reachTitle: `${side}: the container reaches ${bench.peer}`,
    natTitle: `${side}: the guest has translated the address of what the container sent`,
  };
}

/** Containers that are network namespaces of the machine, named after their sides. `subnet`: that of the one behind NAT. */
export function namespaceContainers(lab: Lab, bench: Bench, subnet: string): Containers {
  const { machine, offload, software } = bench;
  return {
    words: {
      offload: `a container in ${machine} has ${offload.function} (${offload.address})`,
      software: `a container in ${machine}, on ${subnet}, behind veth, bridge, routing and NAT on ${software.function} (${software.address})`,
    },
    setUp: sides.map((side) => ({ path: sideScript(side), on: 'machine' })),
    setUpLimitMs: SET_UP_LIMIT_MS,
    end: { path: END_SCRIPT, on: 'machine' },
    endLimitMs: END_LIMIT_MS,
    scripts: () => {
      const views = {
        offload: viewOf('offload', lab, bench, subnet),
        software: viewOf('software', lab, bench, subnet),
      };
      return [
        { path: sideScript('offload'), content: renderTemplate('bench/offload.sh', views.offload) },
        { path: sideScript('software'), content: renderTemplate('bench/software.sh', views.software) },
        { path: ENTER_SCRIPT, content: renderTemplate('bench/enter.sh', {}) },
        { path: END_SCRIPT, content: renderTemplate('bench/end.sh', views) },
      ];
    },
  };
}
