import { renderTemplate } from '../render/templates.js';
import { hostAddress, type Peer } from '../model/lab.js';
import {
  assertion,
  findings,
  scriptFolder,
  type Assertion,
  type Check,
  type CheckContext,
  type CheckScript,
  type CheckStep,
  type CheckTarget,
  type Findings,
} from './check.js';
import { bytesBetween, readLinkBytes, type LinkBytes } from './link-counters.js';
import { exchangesByVf, fromPeerView, peersOf, trafficView } from './traffic-view.js';

const ICMP_HEADER_BYTES = 8;
const SCRIPT_LIMIT_MS = 120_000;
const LIMIT_PER_VF_MS = 5_000;
/** The peer's end of its veth pair (network.sh). */
const PEER_NETDEV = 'eth0';

interface Paths {
  readonly exchange: string;
  readonly counters: string;
  readonly figures: string;
  readonly end: string;
  readonly fromPeer: (peer: string) => string;
}

function pathsOf(target: CheckTarget): Paths {
  const folder = scriptFolder(target);
  return {
    exchange: `${folder}/traffic.sh`,
    counters: `${folder}/traffic-counters.sh`,
    figures: `${folder}/traffic-figures.sh`,
    end: `${folder}/traffic-end.sh`,
    fromPeer: (peer) => `${folder}/traffic-from-${peer}.sh`,
  };
}

/** The peers that any VF of the NIC can reach, with the number of VFs that do. */
function reachedPeers(target: CheckTarget): { peer: Peer; vfs: string[] }[] {
  return target.lab.peers
    .map((peer) => ({
      peer,
      vfs: target.nic.vfs.flatMap((_, index) =>
        peersOf(target, index).includes(peer) ? [`vf${index}`] : [],
      ),
    }))
    .filter(({ vfs }) => vfs.length > 0);
}

function payloadOf(target: CheckTarget): number {
  const { count = 0, size = 0 } = target.request.parameters;
  return count * (size + ICMP_HEADER_BYTES);
}

function scripts(target: CheckTarget, accelerator: string): CheckScript[] {
  const paths = pathsOf(target);
  const view = trafficView(target, accelerator);
  return [
    { path: paths.exchange, content: renderTemplate('checks/traffic.sh', view) },
    { path: paths.counters, content: renderTemplate('checks/traffic-counters.sh', view) },
    { path: paths.figures, content: renderTemplate('checks/traffic-figures.sh', view) },
    { path: paths.end, content: renderTemplate('checks/traffic-end.sh', view) },
    ...reachedPeers(target).map(({ peer }) => ({
      path: paths.fromPeer(peer.name),
      content: renderTemplate('checks/traffic-from-peer.sh', fromPeerView(target, peer)),
    })),
  ];
}

function moved(title: string, bytes: number, payload: number): Assertion {
  return assertion(
    bytes >= payload,
    `${title} counted the payload`,
    `counted: ${bytes} bytes`,
    `payload: ${payload} bytes`,
  );
}

/** The far end's own counters, and those of the tap behind each VF, around the packets of one script. */
class OutsideCounters {
  #taps = new Map<string, LinkBytes>();
  readonly #peers = new Map<string, Map<string, LinkBytes>>();

  constructor(private readonly context: CheckContext) {}

  async read(): Promise<void> {
    this.#taps = await readLinkBytes(this.context.namespace);
    for (const { peer } of reachedPeers(this.context.target)) {
      this.#peers.set(peer.name, await readLinkBytes(this.context.peer(peer.name)));
    }
  }

  /**
   * Compares with the last reading. The payload went both ways, once between each peer and each of its VFs, and through
   * each VF's tap as often as `timesByVf` says.
   */
  async judge(direction: string, timesByVf: readonly number[]): Promise<Assertion[]> {
    const { target } = this.context;
    const payload = payloadOf(target);
    const [tapsBefore, peersBefore] = [this.#taps, new Map(this.#peers)];
    await this.read();
    const ofPeers = reachedPeers(target).flatMap(({ peer, vfs }) => {
      const [before, after] = [peersBefore.get(peer.name), this.#peers.get(peer.name)];
      const bytes = bytesBetween(before ?? new Map(), after ?? new Map(), PEER_NETDEV);
      return [
        moved(`${direction}: ${peer.name}, receiving,`, bytes.rx, payload * vfs.length),
        moved(`${direction}: ${peer.name}, sending,`, bytes.tx, payload * vfs.length),
      ];
    });
    const ofTaps = target.nic.vfs.flatMap(({ backend }, index) => {
      const times = timesByVf[index] ?? 0;
      if (backend?.type !== 'tap' || times === 0) return [];
      const bytes = bytesBetween(tapsBefore, this.#taps, backend.ifname);
      return [moved(`${direction}: the tap of vf${index}`, Math.min(bytes.rx, bytes.tx), payload * times)];
    });
    return [...ofPeers, ...ofTaps];
  }
}

/** `# counter NAME RX TX` of traffic-counters.sh. */
function countersOf({ remarks }: Findings): Map<string, LinkBytes> {
  return new Map(
    remarks.flatMap((remark) => {
      const [word, name, rx, tx] = remark.split(' ');
      return word === 'counter' && name !== undefined
        ? [[name, { rx: Number(rx), tx: Number(tx) }] as const]
        : [];
    }),
  );
}

function fromPeerSteps(context: CheckContext, outside: OutsideCounters): CheckStep[] {
  const { target } = context;
  const paths = pathsOf(target);
  const peers = reachedPeers(target);
  const peersByVf = target.nic.vfs.map((_, index) => peersOf(target, index).length);
  let before = new Map<string, LinkBytes>();
  return [
    {
      type: 'script',
      on: 'machine',
      path: paths.counters,
      use: (result) => {
        before = countersOf(result);
        return findings(result.assertions.filter(({ ok }) => !ok));
      },
    },
    ...peers.map(({ peer }): CheckStep => ({
      type: 'script',
      on: { peer: peer.name },
      path: paths.fromPeer(peer.name),
    })),
    { type: 'look', look: async () => findings(await outside.judge('from the peers', peersByVf)) },
    {
      type: 'script',
      on: 'machine',
      path: paths.counters,
      use: (result) => {
        const after = countersOf(result);
        return findings(
          peers.flatMap(({ peer, vfs }) =>
            vfs.map((vf) => {
              const { rx, tx } = bytesBetween(before, after, vf);
              return moved(`${peer.name} to ${vf}: ${vf}`, Math.min(rx, tx), payloadOf(target));
            }),
          ),
        );
      },
    },
  ];
}

/** Starts netperf's server in each peer, once; it ends with the lab. */
async function startServers(context: CheckContext): Promise<void> {
  for (const { peer } of reachedPeers(context.target)) {
    // A second server on the port ends by itself: the first one serves.
    await context.peer(peer.name).run(['netserver', '-4', '-L', hostAddress(peer.address)]);
  }
}

function figures(path: string): CheckStep {
  return {
    type: 'script',
    on: 'machine',
    path,
    use: ({ assertions, remarks }) =>
      findings(
        assertions.filter(({ ok }) => !ok),
        remarks,
      ),
  };
}

/** Packets cross every VF in both directions, and both ends of each path say so. */
export const traffic: Check = {
  name: 'traffic',
  summary:
    'VF to peer, peer to VF, VF to VF and PF to VF without loss, as the byte counters of both ends confirm',
  scripts,
  run: (context) => {
    const paths = pathsOf(context.target);
    const outside = new OutsideCounters(context);
    const hasPeers = reachedPeers(context.target).length > 0;
    return {
      steps: [
        {
          type: 'look',
          look: async () => {
            await startServers(context);
            await outside.read();
            return findings([]);
          },
        },
        { type: 'script', on: 'machine', path: paths.exchange },
        {
          type: 'look',
          look: async () => findings(await outside.judge('from the guest', exchangesByVf(context.target))),
        },
        ...(hasPeers ? fromPeerSteps(context, outside) : []),
        // Last: so much data would hide what the counters above are to show.
        ...(hasPeers ? [figures(paths.figures)] : []),
      ],
      cleanUp: { type: 'script', on: 'machine', path: paths.end },
      scriptLimitMs: SCRIPT_LIMIT_MS + context.target.nic.vfs.length * LIMIT_PER_VF_MS,
    };
  },
};
