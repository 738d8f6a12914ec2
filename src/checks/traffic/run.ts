import { renderTemplate } from '../../render/templates.js';
import { functionsOf, hostAddress } from '../../model/lab.js';
import { netserver, type Service } from '../../model/service.js';
import {
  assertion,
  failuresOf,
  remark,
  scriptFolder,
  type Assertion,
  type Check,
  type CheckScript,
  type CheckTarget,
  type Findings,
  type World,
} from '../check.js';
import { endsOf } from '../ends.js';
import { functionCounters, peerCounters } from '../lab-counters.js';
import { bytesBetween, readLinkBytes, type LinkBytes } from '../link-counters.js';
import { parametersOf } from '../spec.js';
import { traffic } from './spec.js';
import {
  bytesByTap,
  fromPeerView,
  gatewayPayload,
  payloadOf,
  reachedPeers,
  trafficView,
  userEnds,
} from './view.js';

const SCRIPT_LIMIT_MS = 120_000;
const LIMIT_PER_FUNCTION_MS = 5_000;
/** Where connections to 10.0.2.2 on a user network end. */
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
  type Template = 'traffic' | 'traffic-gateway' | 'counters' | 'traffic-figures' | 'namespaces-end';
  const script = (path: string, template: Template): CheckScript => ({
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

/** Whether figures are wanted, and something outside the guest can be the far end. */
function canMeasure(target: CheckTarget): boolean {
  const { megabytes, transactions } = parametersOf(traffic, target);
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

/** The counters outside the guest, at one moment. */
interface OutsideCounters {
  /** The interfaces where QEMU runs, including the functions' taps, by name. */
  readonly links: ReadonlyMap<string, LinkBytes>;
  /** The far ends: the peers, by name. */
  readonly peers: ReadonlyMap<string, LinkBytes>;
}

async function readOutside(world: World): Promise<OutsideCounters> {
  const peers = reachedPeers(world.target).map(({ peer }) => peer.name);
  return { links: await readLinkBytes(world.host), peers: await peerCounters(world, peers) };
}

/**
 * Judges the counters outside the guest. The payload went both ways: once between each peer and each end that it reaches, and through
 * each tap what `payloadByTap` says.
 */
function movedOutside(
  target: CheckTarget,
  direction: string,
  payloadByTap: ReadonlyMap<string, number>,
  before: OutsideCounters,
  after: OutsideCounters,
): Assertion[] {
  const ofPeers = reachedPeers(target).flatMap(({ peer: { name }, ends }) => {
    const bytes = bytesBetween(before.peers, after.peers, name);
    const payload = ends.reduce((sum, { size }) => sum + payloadOf(target, size), 0);
    return [
      moved(`${direction}: ${name}, receiving,`, bytes.rx, payload),
      moved(`${direction}: ${name}, sending,`, bytes.tx, payload),
    ];
  });
  const ofTaps = [...payloadByTap].map(([tap, payload]) => {
    const { rx, tx } = bytesBetween(before.links, after.links, tap);
    return moved(`${direction}: the tap of ${tapOwner(target, tap)}`, Math.min(rx, tx), payload);
  });
  return [...ofPeers, ...ofTaps];
}

/** The function that a tap belongs to. A shared tap belongs to the PF. */
function tapOwner({ nic }: CheckTarget, tap: string): string {
  const owner = functionsOf(nic).find(({ backend }) => backend?.type === 'tap' && backend.ifname === tap);
  return owner?.name ?? tap;
}

/** The bytes that cross each tap, both ways, when each peer reaches each of its ends. */
function tapsFromPeers(target: CheckTarget): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const { tap, size } of reachedPeers(target).flatMap(({ ends }) => ends))
    if (tap !== null) bytes.set(tap, (bytes.get(tap) ?? 0) + payloadOf(target, size));
  return bytes;
}

/** The guest reaches the peers and its own functions. */
async function* fromGuest(world: World, paths: Paths): Findings {
  const { target } = world;
  const before = await readOutside(world);
  yield* world.script(paths.exchange);
  yield* movedOutside(target, 'from the guest', bytesByTap(target), before, await readOutside(world));
}

/** Each peer reaches its functions. */
async function* fromPeers(world: World, paths: Paths): Findings {
  const { target } = world;
  const peers = reachedPeers(target);
  const outsideBefore = await readOutside(world);
  const before = yield* functionCounters(world, paths.counters);
  for (const { peer } of peers) yield* world.script(paths.fromPeer(peer.name), { peer: peer.name });
  yield* movedOutside(
    target,
    'from the peers',
    tapsFromPeers(target),
    outsideBefore,
    await readOutside(world),
  );
  const after = yield* functionCounters(world, paths.counters);
  for (const { peer, ends } of peers)
    for (const { name, size } of ends) {
      const { rx, tx } = bytesBetween(before, after, name);
      yield moved(`${peer.name} to ${name}: ${name}`, Math.min(rx, tx), payloadOf(target, size));
    }
}

/** Traffic between the user networks and the outside passes through the loopback interface of the lab's namespace. */
async function* throughGateway(world: World, paths: Paths): Findings {
  const { target, host } = world;
  const before = await readLinkBytes(host);
  yield* world.script(paths.gateway);
  const { rx } = bytesBetween(before, await readLinkBytes(host), 'lo');
  const payload = 2 * gatewayPayload(target) * userEnds(target).length;
  yield moved('outside the user networks: the server’s own interface', rx, payload);
}

/** netperf's servers at the far ends. The one for user networks runs where the machine's QEMU runs. */
function services(target: CheckTarget): Service[] {
  const { on } = target.machine;
  return [
    ...reachedPeers(target).map(({ peer }) => netserver({ peer: peer.name }, hostAddress(peer.address))),
    ...(userEnds(target).length > 0
      ? [netserver(on === null ? 'namespace' : { machine: on }, USER_NETWORK_SERVER)]
      : []),
  ];
}

/** netperf's figures. */
async function* figures(world: World, paths: Paths): Findings {
  const output = await world.run(paths.figures);
  yield* failuresOf(output);
  yield* output.remarks.map(remark);
}

async function* exchanges(world: World, paths: Paths): Findings {
  const { target } = world;
  yield* fromGuest(world, paths);
  if (reachedPeers(target).length > 0) yield* fromPeers(world, paths);
  if (userEnds(target).length > 0) yield* throughGateway(world, paths);
}

/** Packets cross every function in both directions, and both ends of each path say so. */
export const check: Check = {
  scripts,
  services,
  scriptLimitMs: (target) => SCRIPT_LIMIT_MS + endsOf(target).length * LIMIT_PER_FUNCTION_MS,
  async *run(world) {
    const { target } = world;
    const paths = pathsOf(target);
    try {
      let allPass = true;
      for await (const finding of exchanges(world, paths)) {
        if ('ok' in finding && !finding.ok) allPass = false;
        yield finding;
      }
      // Last: this much data would hide what the counters above show.
      if (canMeasure(target))
        yield* allPass ? figures(world, paths) : [remark('no figures: packets were lost before')];
    } finally {
      yield* world.takeBack(paths.end);
    }
  },
};
