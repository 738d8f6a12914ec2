import { clusterOf, controlPlaneOf, nodeOf, poolOfNic } from '../../checks/kubernetes-place.js';
import { podsView, podView, type NodeFolder, type PodsView, type PodView } from '../../checks/pods.js';
import type { VfPool } from '../../model/kubernetes.js';
import type { Bench } from '../../model/bench.js';
import { findByName, functionById, hostAddress, type Lab, type Machine } from '../../model/lab.js';
import { renderTemplate } from '../../render/templates.js';
import type { Accelerator } from '../../toolchain/types.js';
import { sides, type Side } from '../measurements.js';
import { END_SCRIPT, ENTER, ENTER_SCRIPT, sideScript, type Containers } from './containers.js';

declare module '../../render/templates.js' {
  interface Views {
    'bench/pods.yaml': ManifestsView;
    'bench/pods.sh': BothPodsView;
    'bench/pod-side.sh': PodSideView;
    'bench/enter-pod.sh': EnterView;
  }
}

const PODS_SCRIPT = 'bench/pods.sh';
const MANIFESTS = 'bench/pods.yaml';

/** Of both pods; their names are this and the side. */
const LABEL = 'lab-bench';
/** The file in the machine that holds the id of a pod's container, beside what enters it. */
const ID_SUFFIX = '.container';

/** Also for a command that only looks around: starting one in a pod takes seconds under emulation. */
const LOOK_SECONDS = 60;
const PING_SECONDS = 10;
/** The scheduler is not emulated. A pod for which no VF is left would wait for as long as anyone lets it. */
const SCHEDULED_SECONDS = 60;
/** Both pods become Ready in this time, or the control plane says why not. */
const SET_UP_LIMIT_MS = 240_000;
const END_LIMIT_MS = 120_000;

/**
 * netperf and iperf3 are programs of the node's image, which pods see with what they are linked to. /usr/lib and /usr/lib64 are where
 * programs of an image with a merged /usr look for their loader and their libraries.
 */
const PROGRAMS: readonly NodeFolder[] = [
  { name: 'usr', path: '/usr', mountPath: '/usr' },
  { name: 'lib', path: '/usr/lib', mountPath: '/lib' },
  { name: 'lib64', path: '/usr/lib64', mountPath: '/lib64' },
];

interface ManifestsView {
  /** The one claim that pods get their VFs by; none for a device plugin. */
  readonly claims: readonly PodView[];
  readonly pods: readonly (PodView & { readonly name: string; readonly node: string })[];
}

interface BothPodsView extends PodsView {
  readonly check: string;
  readonly node: string;
  readonly manifests: string;
  readonly pods: readonly string[];
  readonly scheduledSeconds: number;
}

interface EnterView {
  /** The beginning and the end of the path of the file that holds a container's id; the side is in between. */
  readonly idFolder: string;
  readonly idSuffix: string;
}

/** The view of the script that confirms a side. */
interface PodSideView {
  readonly side: Side;
  readonly pod: string;
  readonly enter: string;
  readonly idFile: string;
  readonly lookSeconds: number;
  readonly pingSeconds: number;
  /** The MAC of the VF that the pod has as net1; false: it has none. */
  readonly mac: string | false;
  /** Whether the node gives its address to what the pod sends. */
  readonly translated: boolean;
  /** In the order of the alphabet, each with a space behind it. */
  readonly netdevs: string;
  readonly peerAddress: string;
  readonly placeTitle: string;
  readonly vfTitle: string;
  readonly netdevsTitle: string;
  readonly reachTitle: string;
  readonly natTitle: string;
}

const ID_FOLDER = ENTER.slice(0, ENTER.lastIndexOf('/') + 1);

function podOf(side: Side): string {
  return `${LABEL}-${side}`;
}

/** A bench whose machine is a node. */
class PodBench {
  readonly machine: Machine;

  constructor(
    readonly lab: Lab,
    readonly bench: Bench,
  ) {
    this.machine = findByName(lab.machines, bench.machine);
  }

  /** The VF that the offload side's pod gets. The rules have made sure that its NIC has no other. */
  get vf(): { readonly mac: string; readonly pool: VfPool } {
    const { nic, pciFunction } = functionById(this.machine, this.bench.offload.function);
    if (pciFunction.mac === null) throw new Error(`${nic.name} of machine ${this.machine.name} has no MACs`);
    return { mac: pciFunction.mac, pool: poolOfNic(this, nic.name) };
  }

  get words(): Readonly<Record<Side, string>> {
    const { machine, offload, software } = this.bench;
    const { nic, resource, addresses } = this.vf.pool;
    const { pods, address } = nodeOf(this);
    const asks =
      clusterOf(this).vfs === 'dra' ? `claims a device of ${nic}.sriov.lab` : `asks for ${resource}`;
    return {
      offload: `a pod on ${machine} ${asks} and gets ${offload.function}, with an address from ${addresses.first} to ${addresses.last}`,
      software: `a pod on ${machine}, on ${pods}, behind veth, bridge, routing and NAT on ${software.function} (${address})`,
    };
  }

  get manifests(): ManifestsView {
    const { pool } = this.vf;
    const node = this.machine.name;
    const offload = podView(this, LABEL, pool, PROGRAMS);
    const software = podView(this, LABEL, undefined, PROGRAMS);
    return {
      claims: offload.claims ? [offload] : [],
      pods: [
        { ...offload, name: 'offload', node },
        { ...software, name: 'software', node },
      ],
    };
  }

  bothPods(accelerator: Accelerator): BothPodsView {
    const view = podsView(this, LABEL, accelerator, this.vf.pool);
    const node = this.machine.name;
    return {
      ...view,
      check: 'bench',
      node,
      manifests: MANIFESTS,
      pods: sides,
      scheduledSeconds: SCHEDULED_SECONDS,
    };
  }

  side(side: Side): PodSideView {
    const { peer, offload } = this.bench;
    const mac = side === 'offload' && this.vf.mac;
    return {
      side,
      pod: podOf(side),
      enter: ENTER,
      idFile: `${ID_FOLDER}${side}${ID_SUFFIX}`,
      lookSeconds: LOOK_SECONDS,
      pingSeconds: PING_SECONDS,
      mac,
      translated: mac === false,
      netdevs: mac === false ? 'eth0 lo ' : 'eth0 lo net1 ',
      peerAddress: hostAddress(findByName(this.lab.peers, peer).address),
      placeTitle: `${side}: what runs in the pod is in its cgroup and its namespaces`,
      vfTitle: `${side}: net1 of the pod is ${offload.function}`,
      netdevsTitle: `${side}: the pod has ${mac === false ? 'eth0' : 'eth0, net1'} and no other netdev`,
      reachTitle: `${side}: the pod reaches ${peer}`,
      natTitle: `${side}: the node has translated the address of what the pod sent`,
    };
  }
}

/** Containers that are those of two pods on the node. */
export function podContainers(lab: Lab, bench: Bench): Containers {
  const pods = new PodBench(lab, bench);
  const controlPlane = controlPlaneOf({ lab });
  return {
    words: pods.words,
    setUp: [
      { path: PODS_SCRIPT, on: controlPlane },
      ...sides.map((side) => ({ path: sideScript(side), on: 'machine' as const })),
    ],
    setUpLimitMs: SET_UP_LIMIT_MS,
    end: { path: END_SCRIPT, on: controlPlane },
    endLimitMs: END_LIMIT_MS,
    scripts: (accelerator) => {
      const both = pods.bothPods(accelerator);
      const enter = { idFolder: ID_FOLDER, idSuffix: ID_SUFFIX };
      return [
        { path: MANIFESTS, content: renderTemplate('bench/pods.yaml', pods.manifests) },
        { path: PODS_SCRIPT, content: renderTemplate('bench/pods.sh', both) },
        ...sides.map((side) => ({
          path: sideScript(side),
          content: renderTemplate('bench/pod-side.sh', pods.side(side)),
        })),
        { path: ENTER_SCRIPT, content: renderTemplate('bench/enter-pod.sh', enter) },
        { path: END_SCRIPT, content: renderTemplate('checks/pods-end.sh', both) },
      ];
    },
  };
}
