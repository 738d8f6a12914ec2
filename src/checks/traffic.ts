import { renderTemplate } from '../render/templates.js';
import { functionsOf, hostAddress } from '../model/lab.js';
import { netserver, type Service } from '../model/service.js';
import {
  assertion,
  failuresOf,
  findings,
  scriptFolder,
  type Assertion,
  type Check,
  type CheckContext,
  type CheckScript,
  type CheckStep,
  type CheckTarget,
} from './check.js';
import { endsOf } from './ends.js';
import { functionCounters, peerCounters, readCounters } from './lab-counters.js';
import { bytesBetween, readLinkBytes, type LinkBytes } from './link-counters.js';
import {
  exchangesByTap,
  fromPeerView,
  payloadOf,
  reachedPeers,
  trafficView,
  userEnds,
} from './traffic-view.js';

const SCRIPT_LIMIT_MS = 120_000;
const LIMIT_PER_FUNCTION_MS = 5_000;
/** What 10.0.2.2 of a user network leads to. */
const USER_NETWORK_SERVER = '127.0.0.1';

interface Paths {
  readonly exchange: string;
  readonly gateway: string;
  readonly counters: string;
  readonly figures: string;
  readonly end: string;
  readonly fromPeer: (peer: string) => string;
}

function pathsOf(target: CheckTarget): Paths {
  const folder = scriptFolder(target);
  return {
    exchange: `${folder}/traffic.sh`,
    gateway: `${folder}/traffic-gateway.sh`,
    counters: `${folder}/traffic-counters.sh`,
    figures: `${folder}/traffic-figures.sh`,
    end: `${folder}/traffic-end.sh`,
    fromPeer: (peer) => `${folder}/traffic-from-${peer}.sh`,
  };
}

function scripts(target: CheckTarget, accelerator: string): CheckScript[] {
  const paths = pathsOf(target);
  const view = trafficView(target, accelerator);
  const peers = reachedPeers(target);
  const script = (path: string, template: string): CheckScript => ({
    path,
    content: renderTemplate(`checks/${template}.sh`, view),
  });
  return [
    script(paths.exchange, 'traffic'),
    ...(userEnds(target).length > 0 ? [script(paths.gateway, 'traffic-gateway')] : []),
    ...(peers.length > 0 ? [script(paths.counters, 'counters')] : []),
    ...(canMeasure(target) ? [script(paths.figures, 'traffic-figures')] : []),
    script(paths.end, 'namespaces-end'),
    ...peers.map((reached) => ({
      path: paths.fromPeer(reached.peer.name),
      content: renderTemplate('checks/traffic-from-peer.sh', fromPeerView(target, reached)),
    })),
  ];
}

/** Whether figures are wanted, and there is anything outside the guest to measure the way to. */
function canMeasure(target: CheckTarget): boolean {
  const { megabytes, transactions } = target.request.parameters;
  if (megabytes === 0 && transactions === 0) return false;
  return reachedPeers(target).length > 0 || userEnds(target).length > 0;
}

function moved(title: string, bytes: number, payload: number): Assertion {
  return assertion(
    bytes >= payload,
    `${title} counted the payload`,
    `counted: ${bytes} bytes`,
    `payload: ${payload} bytes`,
  );
}

/** The far end's own counters, and those of the tap behind each function, around the packets of one script. */
class OutsideCounters {
  #links = new Map<string, LinkBytes>();
  #peers = new Map<string, LinkBytes>();

  constructor(private readonly context: CheckContext) {}

  async read(): Promise<void> {
    const { target, host } = this.context;
    this.#links = await readLinkBytes(host);
    this.#peers = await peerCounters(
      this.context,
      reachedPeers(target).map(({ peer }) => peer.name),
    );
  }

  /**
   * Compares with the last reading. The payload went both ways, once between each peer and each end that it reaches, and through
   * each tap as often as `timesByTap` says.
   */
  async judge(direction: string, timesByTap: ReadonlyMap<string, number>): Promise<Assertion[]> {
    const { target } = this.context;
    const payload = payloadOf(target);
    const [linksBefore, peersBefore] = [this.#links, this.#peers];
    await this.read();
    const ofPeers = reachedPeers(target).flatMap(({ peer: { name }, ends }) => {
      const bytes = bytesBetween(peersBefore, this.#peers, name);
      return [
        moved(`${direction}: ${name}, receiving,`, bytes.rx, payload * ends.length),
        moved(`${direction}: ${name}, sending,`, bytes.tx, payload * ends.length),
      ];
    });
    const ofTaps = [...timesByTap].map(([tap, times]) => {
      const bytes = bytesBetween(linksBefore, this.#links, tap);
      return moved(
        `${direction}: the tap of ${tapOwner(target, tap)}`,
        Math.min(bytes.rx, bytes.tx),
        payload * times,
      );
    });
    return [...ofPeers, ...ofTaps];
  }

  /** What left the user networks, and what came for them, passed the loopback of the lab's namespace. */
  async judgeLoopback(): Promise<Assertion[]> {
    const { target } = this.context;
    const before = this.#links;
    await this.read();
    const { rx } = bytesBetween(before, this.#links, 'lo');
    return [
      moved(
        'outside the user networks: the server’s own interface',
        rx,
        2 * payloadOf(target) * userEnds(target).length,
      ),
    ];
  }
}

/** A tap that functions share is the one of their PF. */
function tapOwner({ nic }: CheckTarget, tap: string): string {
  const owner = functionsOf(nic).find(({ backend }) => backend?.type === 'tap' && backend.ifname === tap);
  return owner?.name ?? tap;
}

/** How often the payload crosses each tap when each peer reaches each of its ends. */
function tapsFromPeers(target: CheckTarget): Map<string, number> {
  const times = new Map<string, number>();
  for (const { tap } of reachedPeers(target).flatMap(({ ends }) => ends))
    if (tap !== null) times.set(tap, (times.get(tap) ?? 0) + 1);
  return times;
}

function fromPeerSteps(context: CheckContext, outside: OutsideCounters): CheckStep[] {
  const { target } = context;
  const paths = pathsOf(target);
  const peers = reachedPeers(target);
  let before = new Map<string, LinkBytes>();
  return [
    readCounters(paths.counters, (counters) => {
      before = counters;
    }),
    ...peers.map(({ peer }): CheckStep => ({
      type: 'script',
      on: { peer: peer.name },
      path: paths.fromPeer(peer.name),
    })),
    {
      type: 'look',
      look: async () => findings(await outside.judge('from the peers', tapsFromPeers(target))),
    },
    {
      type: 'script',
      on: 'machine',
      path: paths.counters,
      use: (result) => {
        const after = functionCounters(result);
        return findings(
          peers.flatMap(({ peer, ends }) =>
            ends.map(({ name }) => {
              const { rx, tx } = bytesBetween(before, after, name);
              return moved(`${peer.name} to ${name}: ${name}`, Math.min(rx, tx), payloadOf(target));
            }),
          ),
        );
      },
    },
  ];
}

function gatewaySteps(context: CheckContext, outside: OutsideCounters): CheckStep[] {
  return [
    { type: 'script', on: 'machine', path: pathsOf(context.target).gateway },
    { type: 'look', look: async () => findings(await outside.judgeLoopback()) },
  ];
}

/** netperf's servers where the traffic goes. What 10.0.2.2 leads to is where the machine's QEMU runs. */
function services(target: CheckTarget): Service[] {
  const { on } = target.machine;
  return [
    ...reachedPeers(target).map(({ peer }) => netserver({ peer: peer.name }, hostAddress(peer.address))),
    ...(userEnds(target).length > 0
      ? [netserver(on === null ? 'namespace' : { machine: on }, USER_NETWORK_SERVER)]
      : []),
  ];
}

function figures(path: string): CheckStep {
  return {
    type: 'script',
    on: 'machine',
    path,
    use: (result) => findings(failuresOf(result), result.remarks),
  };
}

/** Packets cross every function in both directions, and both ends of each path say so. */
export const traffic: Check = {
  name: 'traffic',
  summary:
    'every function reaches its peers and is reached without loss, as the byte counters of both ends confirm',
  scripts,
  services,
  run: (context) => {
    const { target } = context;
    const paths = pathsOf(target);
    const outside = new OutsideCounters(context);
    return {
      steps: [
        {
          type: 'look',
          look: async () => {
            await outside.read();
            return findings([]);
          },
        },
        { type: 'script', on: 'machine', path: paths.exchange },
        {
          type: 'look',
          look: async () => findings(await outside.judge('from the guest', exchangesByTap(target))),
        },
        ...(reachedPeers(target).length > 0 ? fromPeerSteps(context, outside) : []),
        ...(userEnds(target).length > 0 ? gatewaySteps(context, outside) : []),
        // Last: so much data would hide what the counters above are to show.
        ...(canMeasure(target) ? [figures(paths.figures)] : []),
      ],
      cleanUp: { type: 'script', on: 'machine', path: paths.end },
      scriptLimitMs: SCRIPT_LIMIT_MS + endsOf(target).length * LIMIT_PER_FUNCTION_MS,
    };
  },
};
