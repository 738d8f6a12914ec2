import { sameSegment } from '../checks/segment.js';
import type { ClusterUse } from '../checks/spec.js';
import type { Segment } from '../model/lab.js';
import type { Draft, DraftFunction, DraftNic, DraftPeer } from './draft.js';
import { ofDraft } from './of-draft.js';
import { functionsOfMachine, isNode, isStorage, machineNamed, segmentBehind, vfsOf } from './relations.js';

// What the parts of a definition are for its cluster, as in relations.ts: one answer each, for the rules and for the resolver.

/** The peer that the control plane runs in; undefined if there is none of that name. */
export const controlPlaneOf: (draft: Draft) => DraftPeer | undefined = ofDraft(({ kubernetes, peers }) =>
  peers.find(({ name }) => name === kubernetes?.controlPlane),
);

function segmentOf(draft: Draft, { machine, backend }: DraftFunction): Segment | null {
  return segmentBehind(draft, machine, backend);
}

/**
 * The function by which a node reaches the control plane: that of a NIC without VFs if one is on its network, otherwise a PF.
 * Undefined if none is.
 */
export function uplinkOf(draft: Draft, machine: string): DraftFunction | undefined {
  const controlPlane = controlPlaneOf(draft);
  if (controlPlane === undefined) return undefined;
  const near = functionsOfMachine(draft, machine).filter(
    ({ nic, pciFunction }) =>
      pciFunction.kind !== 'vf' &&
      !isStorage(nic) &&
      sameSegment(segmentOf(draft, pciFunction), controlPlane),
  );
  return (near.find(({ nic }) => vfsOf(nic).length === 0) ?? near[0])?.pciFunction;
}

/** The NICs of a node whose VFs pods get. */
export function pooledNicsOf(draft: Draft, machine: string): readonly DraftNic[] {
  if (draft.kubernetes?.vfs === 'none' || !isNode(draft, machine)) return [];
  const nics = machineNamed(draft, machine)?.nics ?? [];
  return nics.filter((nic) => !isStorage(nic) && vfsOf(nic).length > 0);
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

/** What a node uses one of its NICs for; null if it uses it for nothing, or if the machine is no node. */
export function clusterUseOf(draft: Draft, nic: DraftNic): ClusterUse | null {
  if (!isNode(draft, nic.machine)) return null;
  const uplink = uplinkOf(draft, nic.machine);
  const use = {
    uplink: uplink !== undefined && nic.functions.includes(uplink),
    pool: pooledNicsOf(draft, nic.machine).includes(nic),
  };
  return use.uplink || use.pool ? use : null;
}
