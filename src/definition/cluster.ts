import { sameSegment } from '../checks/segment.js';
import type { ClusterUse } from '../checks/spec.js';
import type { BenchContainers } from '../model/bench.js';
import type { Segment } from '../model/lab.js';
import { DEFAULT_CONTAINER_SUBNET } from './defaults.js';
import type { Draft, DraftBench, DraftFunction, DraftMachine, DraftNic } from './draft.js';
import { ofDraft } from './of-draft.js';
import {
  functionsOfMachine,
  isNode,
  isStorage,
  machineNamed,
  networkNamed,
  segmentBehind,
  vfsOf,
  type OfNic,
} from './relations.js';

// What the parts of a definition are for its cluster, as in relations.ts: one answer each, for the rules and for the resolver.

/** What the control plane runs in. */
export interface ControlPlanePlace {
  readonly name: string;
  /** Null: a peer. */
  readonly machine: DraftMachine | null;
  /** The machine's function by which others reach it; undefined in a peer, and if none leads to a network on this computer. */
  readonly uplink: DraftFunction | undefined;
  /** Where others reach it; null if they cannot. */
  readonly segment: Segment | null;
}

/** What the control plane runs in; undefined if neither a peer nor a machine has that name. */
export const controlPlaneOf: (draft: Draft) => ControlPlanePlace | undefined = ofDraft((draft) => {
  const { kubernetes, peers } = draft;
  if (kubernetes === null) return undefined;
  const name = kubernetes.controlPlane;
  const machine = machineNamed(draft, name);
  if (machine !== undefined) {
    const uplink = endpointOf(draft, name);
    return { name, machine, uplink, segment: uplink === undefined ? null : segmentOf(draft, uplink) };
  }
  const segment = peers.find((peer) => peer.name === name);
  return segment === undefined ? undefined : { name, machine: null, uplink: undefined, segment };
});

function segmentOf(draft: Draft, { machine, backend }: DraftFunction): Segment | null {
  return segmentBehind(draft, machine, backend);
}

/** The functions of a machine that the cluster's own traffic can take: pods get the VFs. */
function ports(draft: Draft, machine: string): readonly OfNic[] {
  return functionsOfMachine(draft, machine).filter(
    ({ nic, pciFunction }) => pciFunction.kind !== 'vf' && !isStorage(nic),
  );
}

/** That of a NIC without VFs if there is one, otherwise a PF. */
function preferred(functions: readonly OfNic[]): DraftFunction | undefined {
  return (functions.find(({ nic }) => vfsOf(nic).length === 0) ?? functions[0])?.pciFunction;
}

/**
 * The function by which others reach the control plane in a machine: one that leads to a network on this computer, and to that of as many
 * nodes as possible.
 */
function endpointOf(draft: Draft, machine: string): DraftFunction | undefined {
  const others = (draft.kubernetes?.nodes ?? []).filter((node) => node.machine !== machine);
  const reach = ({ pciFunction }: OfNic): number => {
    const segment = segmentOf(draft, pciFunction);
    return others.filter((node) =>
      ports(draft, node.machine).some((port) => sameSegment(segmentOf(draft, port.pciFunction), segment)),
    ).length;
  };
  const outside = ports(draft, machine).filter(({ pciFunction }) => {
    const segment = segmentOf(draft, pciFunction);
    return segment !== null && (networkNamed(draft, segment.network)?.on ?? null) === null;
  });
  const best = Math.max(...outside.map(reach));
  return preferred(outside.filter((port) => reach(port) === best));
}

/** The function by which a node reaches the control plane. Undefined if none is on its network. */
export function uplinkOf(draft: Draft, machine: string): DraftFunction | undefined {
  const controlPlane = controlPlaneOf(draft);
  if (controlPlane === undefined) return undefined;
  if (controlPlane.machine?.name === machine) return controlPlane.uplink;
  return preferred(
    ports(draft, machine).filter(({ pciFunction }) =>
      sameSegment(segmentOf(draft, pciFunction), controlPlane.segment),
    ),
  );
}

/** The NICs of a node whose VFs pods get. */
export function pooledNicsOf(draft: Draft, machine: string): readonly DraftNic[] {
  if (draft.kubernetes?.vfs === 'none' || !isNode(draft, machine)) return [];
  const nics = machineNamed(draft, machine)?.nics ?? [];
  return nics.filter((nic) => !isStorage(nic) && vfsOf(nic).length > 0);
}

/** The VLAN that the PF of a node's NIC puts its VFs on while pods hold them; null: none. */
export function vfVlanOf({ kubernetes }: Draft, { name }: DraftNic): number | null {
  return kubernetes?.vlans.find(({ nic }) => nic === name)?.vlan ?? null;
}

/** The segments that the VFs of a NIC are on, each once; null stands for those that are on none. */
export function vfSegmentsOf(draft: Draft, nic: DraftNic): readonly (Segment | null)[] {
  return vfsOf(nic)
    .map((vf) => segmentOf(draft, vf))
    .filter(
      (one, index, all) => index === all.findIndex((other) => other === one || sameSegment(other, one)),
    );
}

/** How many addresses pods get on the network of a NIC's VFs: a VF's next pod may come before its last one's address is free. */
export function podAddressesFor(nic: DraftNic): number {
  return 2 * vfsOf(nic).length;
}

/** What the cluster uses a NIC for; null if it uses it for nothing. */
export function clusterUseOf(draft: Draft, nic: DraftNic): ClusterUse | null {
  const has = (pciFunction: DraftFunction | undefined): boolean =>
    pciFunction !== undefined && nic.functions.includes(pciFunction);
  const use = {
    uplink: isNode(draft, nic.machine) && has(uplinkOf(draft, nic.machine)),
    pool: pooledNicsOf(draft, nic.machine).includes(nic),
    endpoint: has(controlPlaneOf(draft)?.uplink),
  };
  return use.uplink || use.pool || use.endpoint ? use : null;
}

/** What a bench takes for its two containers: pods if its machine is a node. */
export function benchContainersOf(draft: Draft, { machine, containerSubnet }: DraftBench): BenchContainers {
  if (isNode(draft, machine)) return { kind: 'pods' };
  return { kind: 'namespaces', subnet: containerSubnet ?? DEFAULT_CONTAINER_SUBNET };
}
