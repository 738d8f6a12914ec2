import type { Topology, TopologyKubernetes } from '../../results/topology.js';
import type { Drawing } from './drawing.js';
import type { Box } from './graph.js';

type Machine = Topology['machines'][number];

const leaf = { arrangement: 'column', boxes: [] } as const;

/** The control plane, if it runs in this peer. */
export function controlPlaneBox(
  peer: string,
  kubernetes: TopologyKubernetes | null,
  drawing: Drawing,
): Box | undefined {
  if (kubernetes === null) return undefined;
  const { version, controlPlane } = kubernetes;
  if (!('peer' in controlPlane.on) || controlPlane.on.peer !== peer) return undefined;
  return {
    ...leaf,
    id: drawing.ids.take('control_plane', peer),
    kind: 'control-plane',
    title: 'control plane',
    lines: [`Kubernetes ${version}`, `API server ${controlPlane.address}`],
  };
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
