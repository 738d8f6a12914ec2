import type { Topology, TopologyKubernetes } from '../../results/topology.js';
import type { Drawing } from './drawing.js';
import type { Box } from './graph.js';

type Machine = Topology['machines'][number];

const leaf = { arrangement: 'column', boxes: [] } as const;

function controlPlane(
  place: string,
  { version, controlPlane: { address } }: TopologyKubernetes,
  { ids }: Drawing,
): Box {
  return {
    ...leaf,
    id: ids.take('control_plane', place),
    kind: 'control-plane',
    title: 'control plane',
    lines: [`Kubernetes ${version}`, `API server ${address}`],
  };
}

/** The control plane, if it runs in this peer. */
export function controlPlaneInPeer(
  peer: string,
  kubernetes: TopologyKubernetes | null,
  drawing: Drawing,
): Box | undefined {
  const on = kubernetes?.controlPlane.on;
  if (!kubernetes || !on || !('peer' in on) || on.peer !== peer) return undefined;
  return controlPlane(peer, kubernetes, drawing);
}

/** What a peer is for a cluster whose control plane runs elsewhere; no lines if it is nothing. */
export function clientLines(peer: string, kubernetes: TopologyKubernetes | null): string[] {
  const isClient = kubernetes?.controlPlane.clients === peer && 'machine' in kubernetes.controlPlane.on;
  return isClient ? ['runs kubectl'] : [];
}

/** The control plane, if it runs in this machine. `functions`: the boxes of the machine's functions, by their ids. */
export function controlPlaneInMachine(
  machine: string,
  kubernetes: TopologyKubernetes | null,
  functions: ReadonlyMap<string, string>,
  drawing: Drawing,
): Box[] {
  const { on, uplink } = kubernetes?.controlPlane ?? {};
  if (!kubernetes || !on || !('machine' in on) || on.machine !== machine) return [];
  const box = controlPlane(machine, kubernetes, drawing);
  const to = functions.get(uplink ?? '');
  if (to !== undefined) drawing.links.push({ from: box.id, to });
  return [box];
}

/** What a machine is for the cluster, and the network in software of its pods; empty for one that is no node. */
export function nodeBoxes(
  machine: Machine,
  kubernetes: TopologyKubernetes | null,
  functions: ReadonlyMap<string, string>,
  { ids, links }: Drawing,
): Box[] {
  const node = kubernetes?.nodes.find((one) => one.machine === machine.name);
  if (node === undefined) return [];
  const pools = node.pools.map(({ nic: name, resource, vlan }) => {
    const vfs = machine.nics.find((nic) => nic.name === name)?.vfs.length ?? 0;
    return `${resource}: ${vfs} ${vfs === 1 ? 'VF' : 'VFs'}${vlan === null ? '' : `, VLAN ${vlan}`}`;
  });
  const boxes: Box[] = [
    {
      ...leaf,
      id: ids.take('node', machine.name),
      kind: 'cluster-node',
      title: 'Kubernetes node',
      lines: [node.address, ...pools],
    },
    {
      ...leaf,
      id: ids.take('pods', machine.name),
      kind: 'network',
      title: 'network of its pods',
      lines: [node.pods, `NAT to ${node.uplink}`],
    },
  ];
  const uplink = functions.get(node.uplink);
  if (uplink !== undefined) links.push(...boxes.map(({ id }) => ({ from: id, to: uplink })));
  return boxes;
}
