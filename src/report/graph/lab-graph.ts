import type { Topology } from '../../results/topology.js';
import { clientLines, controlPlaneInMachine, controlPlaneInPeer, nodeBoxes } from './cluster-boxes.js';
import { Ids, type Drawing } from './drawing.js';
import type { Box, Graph, Link } from './graph.js';
import { drawNic, type DrawnNic } from './nic-boxes.js';

type Machine = Topology['machines'][number];
type Network = Topology['networks'][number];
type Peer = Topology['peers'][number];
type RealPf = NonNullable<Topology['server']>['pfs'][number];

/** What holds machines: this computer, or a machine that others run `on`. */
interface Place {
  /** The machine that this is the inside of; null: this computer. */
  readonly on: string | null;
  readonly peers: readonly Peer[];
  /** Boxes of the functions of that machine, by their ids in the lab. */
  readonly outerFunctions: ReadonlyMap<string, string>;
}

function networkBox({ bridge, name, subnet, mtu, vlans, uplink }: Network, id: string): Box {
  return {
    id,
    kind: 'network',
    title: `network ${name}`,
    lines: [
      `bridge ${bridge}`,
      // With an uplink its addresses are those of the network outside.
      ...(uplink === null ? [subnet] : [`uplink ${uplink}`]),
      `MTU ${mtu}`,
      ...(vlans.length === 0 ? [] : [`VLANs ${vlans.join(', ')}`]),
    ],
    arrangement: 'column',
    boxes: [],
  };
}

function peerBox(peer: Peer, { kubernetes }: Topology, drawing: Drawing): Box {
  const id = drawing.ids.take('peer', peer.name);
  const network = drawing.networks.get(peer.network);
  const inside = controlPlaneInPeer(peer.name, kubernetes, drawing);
  // Dot knows no links to a box with boxes in it.
  if (network !== undefined) drawing.links.push({ from: network.id, to: inside?.id ?? id });
  return {
    id,
    kind: 'peer',
    title: `peer ${peer.name}`,
    lines: [
      peer.address,
      peer.mac,
      ...(peer.vlan === null ? [] : [`VLAN ${peer.vlan}`]),
      ...clientLines(peer.name, kubernetes),
    ],
    arrangement: 'column',
    boxes: inside === undefined ? [] : [inside],
  };
}

/** Draws the places of a lab, each within the machine that it is the inside of. */
class LabDrawing {
  readonly #ids = new Ids();
  readonly links: Link[] = [];

  readonly #mtus: ReadonlyMap<string, number>;

  constructor(private readonly lab: Topology) {
    this.#mtus = new Map(lab.networks.map(({ name, mtu }) => [name, mtu]));
  }

  id(name: string): string {
    return this.#ids.take(name);
  }

  /** The columns of a place, from left to right: its machines, their backends, then the networks and the peers. */
  inside(place: Place): Box[] {
    const ids = this.#ids;
    const here = this.lab.networks.filter(({ on }) => on === place.on);
    const networks = new Map(
      here.map((network) => [network.name, { network, id: ids.take('network', network.name) }]),
    );
    const { outerFunctions } = place;
    const drawing = { ids, networks, mtus: this.#mtus, links: this.links, backends: [], outerFunctions };
    const machines = this.lab.machines
      .filter(({ on }) => on === place.on)
      .map((machine) => this.#machine(machine, drawing));
    this.#linkUplinks(drawing);
    return this.#columns([
      machines,
      drawing.backends,
      [...networks.values()].map(({ network, id }) => networkBox(network, id)),
      place.peers.map((peer) => peerBox(peer, this.lab, drawing)),
    ]);
  }

  /** A PF of this computer that stands for a NIC, with its VFs. */
  realPf({ nic, bdf, eswitch, vfs }: RealPf): DrawnNic {
    const functions = new Map(
      [nic, ...vfs.map((vf) => `${nic}.${vf}`)].map((id) => [id, this.id(`real ${id}`)]),
    );
    const functionBox = (kind: 'pf' | 'vf', name: string, title: string): Box => ({
      id: functions.get(name) ?? '',
      kind,
      title,
      lines: [],
      arrangement: 'column',
      boxes: [],
    });
    return {
      functions,
      box: {
        id: this.id(`real nic ${nic}`),
        kind: 'nic',
        title: `NIC ${nic}`,
        lines: [bdf, ...(eswitch === null ? [] : [`switch: ${eswitch}`])],
        arrangement: 'column',
        boxes: [
          functionBox('pf', nic, `PF ${nic}`),
          ...vfs.map((vf) => functionBox('vf', `${nic}.${vf}`, `VF ${vf}`)),
        ],
      },
    };
  }

  #linkUplinks({ networks, outerFunctions, links }: Drawing): void {
    for (const { network, id } of networks.values()) {
      const outer = network.uplink === null ? undefined : outerFunctions.get(network.uplink);
      if (outer !== undefined) links.push({ from: id, to: outer });
    }
  }

  #columns(columns: readonly (readonly Box[])[]): Box[] {
    return columns
      .filter((boxes) => boxes.length > 0)
      .map((boxes) => ({
        id: this.#ids.take('column'),
        kind: 'frame',
        title: '',
        lines: [],
        arrangement: 'column',
        boxes,
      }));
  }

  #machine(machine: Machine, drawing: Drawing): Box {
    const { name, image, cpus, memoryMiB } = machine;
    const id = this.#ids.take('machine', name);
    const nics = machine.nics.map((nic) => drawNic(nic, name, drawing));
    const boxes = nics.map(({ box }) => box);
    const outerFunctions = new Map(nics.flatMap(({ functions }) => [...functions]));
    const { kubernetes } = this.lab;
    const ofCluster = [
      ...controlPlaneInMachine(name, kubernetes, outerFunctions, drawing),
      ...nodeBoxes(machine, kubernetes, outerFunctions, drawing),
    ];
    const inside = [...this.inside({ on: name, peers: [], outerFunctions }), ...this.#columns([ofCluster])];
    return {
      id,
      kind: 'machine',
      title: `machine ${name}`,
      lines: [`image ${image}, ${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}, ${memoryMiB} MiB`],
      ...(inside.length === 0
        ? { arrangement: 'column', boxes }
        : { arrangement: 'row', boxes: [...inside, ...this.#columns([boxes])] }),
    };
  }
}

/** The topology of a lab as boxes and links. */
export function labGraph(lab: Topology): Graph {
  const drawing = new LabDrawing(lab);
  const pfs = (lab.server?.pfs ?? []).map((pf) => drawing.realPf(pf));
  const namespace: Box = {
    id: drawing.id('namespace'),
    kind: 'namespace',
    title: `the namespaces of lab ${lab.name}`,
    lines: lab.expect === 'refused' ? ['QEMU must refuse this composition'] : [],
    arrangement: 'row',
    boxes: drawing.inside({
      on: null,
      peers: lab.peers,
      outerFunctions: new Map(pfs.flatMap(({ functions }) => [...functions])),
    }),
  };
  const root: Box = {
    id: drawing.id('computer'),
    kind: 'computer',
    title: 'this computer',
    lines: lab.server === null ? [] : [`in the place of machine ${lab.server.name}`],
    arrangement: 'column',
    boxes: [namespace, ...pfs.map(({ box }) => box)],
  };
  return { title: lab.name, summary: lab.summary, root, links: drawing.links };
}
