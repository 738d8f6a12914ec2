import type { Lab, Machine, Network, Peer } from '../../model/lab.js';
import type { Box, Graph, Link } from './graph.js';
import { Ids } from './ids.js';
import { nicBox, type Drawing } from './nic-boxes.js';

function frame(id: string, boxes: readonly Box[]): Box {
  return { id, kind: 'frame', title: '', lines: [], arrangement: 'column', boxes };
}

function machineBox(machine: Machine, drawing: Drawing): Box {
  return {
    id: drawing.ids.take('machine', machine.name),
    kind: 'machine',
    title: `machine ${machine.name}`,
    lines: [
      `image ${machine.image}, ${machine.cpus} ${machine.cpus === 1 ? 'CPU' : 'CPUs'}, ${machine.memoryMiB} MiB`,
    ],
    arrangement: 'column',
    boxes: machine.nics.map((nic) => nicBox(nic, machine.name, drawing)),
  };
}

function networkBox({ bridge, name, subnet, mtu }: Network, id: string): Box {
  return {
    id,
    kind: 'network',
    title: `network ${name}`,
    lines: [`bridge ${bridge}`, subnet, `MTU ${mtu}`],
    arrangement: 'column',
    boxes: [],
  };
}

function peerBox(peer: Peer, drawing: Drawing): Box {
  const id = drawing.ids.take('peer', peer.name);
  const network = drawing.networks.get(peer.network);
  if (network !== undefined) drawing.links.push({ from: network.id, to: id });
  return {
    id,
    kind: 'peer',
    title: `peer ${peer.name}`,
    lines: [peer.address, peer.mac],
    arrangement: 'column',
    boxes: [],
  };
}

/** What a machine runs on: its machines, then to the right their backends, the networks and the peers. */
interface Place {
  readonly machines: readonly Machine[];
  readonly networks: readonly Network[];
  readonly peers: readonly Peer[];
}

/** The inside of a place, from left to right. A machine that holds machines is such a place as well. */
function insideOf(place: Place, ids: Ids, links: Link[]): Box[] {
  const networks = new Map(
    place.networks.map((network) => [network.name, { network, id: ids.take('network', network.name) }]),
  );
  const drawing: Drawing = { ids, networks, links, backends: [] };
  const machines = place.machines.map((machine) => machineBox(machine, drawing));
  const columns = [
    machines,
    drawing.backends,
    [...networks.values()].map(({ network, id }) => networkBox(network, id)),
    place.peers.map((peer) => peerBox(peer, drawing)),
  ];
  return columns.filter((boxes) => boxes.length > 0).map((boxes) => frame(ids.take('column'), boxes));
}

/** The topology of a lab as boxes and links. */
export function labGraph(lab: Lab): Graph {
  const ids = new Ids();
  const links: Link[] = [];
  const namespace: Box = {
    id: ids.take('namespace'),
    kind: 'namespace',
    title: `the namespaces of lab ${lab.name}`,
    lines: [],
    arrangement: 'row',
    boxes: insideOf(lab, ids, links),
  };
  const root: Box = {
    id: ids.take('computer'),
    kind: 'computer',
    title: 'this computer',
    lines: [],
    arrangement: 'column',
    boxes: [namespace],
  };
  return { title: lab.name, summary: lab.summary, root, links };
}
