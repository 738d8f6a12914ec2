import { findByName, functionsOf, type Lab } from '../model/lab.js';

interface TapView {
  readonly ifname: string;
  readonly bridge: string;
  readonly mtu: number;
}

function tapsOf(lab: Lab): TapView[] {
  return lab.machines
    .flatMap((machine) => machine.nics)
    .flatMap(functionsOf)
    .flatMap(({ backend, mtu }) =>
      backend?.type === 'tap'
        ? [{ ifname: backend.ifname, bridge: findByName(lab.networks, backend.network).bridge, mtu }]
        : [],
    );
}

/** Where network.sh leaves the network namespace of a peer, in the lab's folder. */
export function peerNetns(peer: string): string {
  return `netns/${peer}`;
}

/** What network.sh.hbs shows. */
export function networkView(lab: Lab): object {
  return {
    name: lab.name,
    networks: lab.networks,
    taps: tapsOf(lab),
    peers: lab.peers.map((peer) => {
      const network = findByName(lab.networks, peer.network);
      return { ...peer, netns: peerNetns(peer.name), bridge: network.bridge, mtu: network.mtu };
    }),
  };
}
