import {
  backendOf,
  findByName,
  functionById,
  functionsOf,
  machinesOn,
  type Lab,
  type Network,
  type Peer,
} from '../model/lab.js';

declare module './templates.js' {
  interface Views {
    'network.sh': NetworkView;
  }
}

const MAX_INTERFACE_NAME = 15;

interface TapView {
  readonly ifname: string;
  readonly bridge: string;
  readonly mtu: number;
  readonly multiQueue: boolean;
  /** Whether it is on a VLAN: `accessPorts` then puts it on its bridge. */
  readonly access: boolean;
}

interface AccessPortView {
  readonly port: string;
  readonly bridge: string;
  readonly vlan: number;
  readonly vlanBridge: string;
}

/**
 * The bridge that stands for one VLAN where a bridge cannot keep VLANs apart. No other interface has such a name: names in a
 * definition have neither a digit after a full stop nor an underscore.
 */
function vlanBridge(network: Network, vlan: number, lab: Lab): string {
  const name = `${network.bridge}.${vlan}`;
  return name.length <= MAX_INTERFACE_NAME ? name : `net_${lab.networks.indexOf(network)}.${vlan}`;
}

interface Port {
  readonly name: string;
  readonly network: string;
  readonly vlan: number | null;
}

function accessPort({ name, network, vlan }: Port, lab: Lab): AccessPortView[] {
  if (vlan === null) return [];
  const { bridge } = findByName(lab.networks, network);
  return [{ port: name, bridge, vlan, vlanBridge: vlanBridge(findByName(lab.networks, network), vlan, lab) }];
}

interface Tap extends Port {
  readonly mtu: number;
  readonly queues: number;
}

/** The taps of the machines in one place; functions without a backend of their own share the one of their PF. */
function tapsOf(lab: Lab, on: string | null): Tap[] {
  return machinesOn(lab, on)
    .flatMap((machine) => machine.nics)
    .flatMap(functionsOf)
    .flatMap(({ backend, mtu, queues }) =>
      backend?.type === 'tap'
        ? [{ name: backend.ifname, network: backend.network, vlan: backend.vlan, mtu, queues }]
        : [],
    );
}

function tapView({ name, network, vlan, mtu, queues }: Tap, lab: Lab): TapView {
  const { bridge } = findByName(lab.networks, network);
  return { ifname: name, bridge, mtu, multiQueue: queues > 1, access: vlan !== null };
}

interface VlanNetworkView extends Omit<Network, 'vlans'> {
  readonly vlanList: string;
  /** What the script says where the kernel's bridges cannot filter VLANs. */
  readonly notice: string;
  readonly vlans: readonly { readonly bridge: string }[];
}

function vlanNetworkView(network: Network, lab: Lab): VlanNetworkView {
  return {
    ...network,
    vlanList: network.vlans.join(', '),
    notice: `network ${network.name}: the bridges of this kernel cannot filter VLANs (CONFIG_BRIDGE_VLAN_FILTERING), so each VLAN has a bridge of its own`,
    vlans: network.vlans.map((vlan) => ({ bridge: vlanBridge(network, vlan, lab) })),
  };
}

function hasUserBackend(lab: Lab, on: string | null): boolean {
  return machinesOn(lab, on)
    .flatMap((machine) => machine.nics)
    .some((nic) => functionsOf(nic).some((pciFunction) => backendOf(nic, pciFunction)?.type === 'user'));
}

/** Where network.sh leaves the network namespace of a peer, in the lab's folder. */
export function peerNetns(peer: string): string {
  return `netns/${peer}`;
}

interface UplinkView {
  readonly network: string;
  readonly bridge: string;
  readonly mtu: number;
  readonly function: string;
  readonly bdf: string;
}

/** The functions of the machine around by which networks inside it lead out. */
function uplinkViews(networks: readonly Network[], lab: Lab): UplinkView[] {
  return networks.flatMap(({ name, on, uplink, bridge, mtu }) => {
    if (on === null || uplink === null) return [];
    const { pciFunction } = functionById(findByName(lab.machines, on), uplink);
    return [{ network: name, bridge, mtu, function: uplink, bdf: pciFunction.bdf }];
  });
}

interface PeerView extends Peer {
  readonly netns: string;
  readonly bridge: string;
  readonly mtu: number;
  /** Whether it is on a VLAN: see TapView. */
  readonly access: boolean;
}

/** What network.sh.hbs shows. */
interface NetworkView {
  readonly name: string;
  readonly place: string;
  readonly userNetworks: boolean;
  readonly networks: readonly Network[];
  readonly vlanNetworks: readonly VlanNetworkView[];
  readonly uplinks: readonly UplinkView[];
  readonly taps: readonly TapView[];
  readonly peers: readonly PeerView[];
  readonly accessPorts: readonly AccessPortView[];
}

/** The networks of one place, of this computer (null) or the inside of a machine, and who is on them. */
export function networkView(lab: Lab, on: string | null): NetworkView {
  const networks = lab.networks.filter((network) => network.on === on);
  const peers = on === null ? lab.peers : [];
  const taps = tapsOf(lab, on);
  const ports = [
    ...taps,
    ...peers.map(({ bridgePort, network, vlan }) => ({ name: bridgePort, network, vlan })),
  ];
  return {
    name: lab.name,
    place: on === null ? 'the lab’s own namespaces' : `machine ${on}`,
    userNetworks: hasUserBackend(lab, on),
    networks: networks.filter(({ vlans }) => vlans.length === 0),
    vlanNetworks: networks
      .filter(({ vlans }) => vlans.length > 0)
      .map((network) => vlanNetworkView(network, lab)),
    uplinks: uplinkViews(networks, lab),
    taps: taps.map((tap) => tapView(tap, lab)),
    peers: peers.map((peer) => {
      const network = findByName(lab.networks, peer.network);
      return {
        ...peer,
        netns: peerNetns(peer.name),
        bridge: network.bridge,
        mtu: network.mtu,
        access: peer.vlan !== null,
      };
    }),
    accessPorts: ports.flatMap((port) => accessPort(port, lab)),
  };
}
