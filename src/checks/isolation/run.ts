import { renderTemplate, type Views } from '../../render/templates.js';
import {
  assertion,
  scriptFolder,
  type Assertion,
  type Check,
  type CheckScript,
  type CheckTarget,
  type Finding,
  type Findings,
  type World,
} from '../check.js';
import { endsOf } from '../ends.js';
import {
  callCount,
  companyOf,
  fromGuestView,
  fromPeerView,
  isolationView,
  membersOf,
  segmentsOf,
  strangersOf,
  type Member,
} from './view.js';
import { functionCounters, peerCounters } from '../lab-counters.js';
import { bytesBetween, type LinkBytes } from '../link-counters.js';
import type { Segment } from '../segment.js';
import { parametersOf } from '../spec.js';
import { isolation } from './spec.js';

const SCRIPT_LIMIT_MS = 60_000;
const LIMIT_PER_FUNCTION_MS = 5_000;
/** The size of ping's packets by default: 20 bytes of IP, 8 of ICMP, 56 of payload. */
const PING_BYTES = 84;

interface Paths {
  readonly start: string;
  readonly counters: string;
  readonly control: string;
  readonly end: string;
  readonly fromGuest: (segment: Segment) => string;
  readonly fromPeer: (peer: string) => string;
}

function pathsOf(target: CheckTarget): Paths {
  const folder = scriptFolder(target);
  return {
    start: `${folder}/isolation-start.sh`,
    counters: `${folder}/isolation-counters.sh`,
    control: `${folder}/isolation-control.sh`,
    end: `${folder}/isolation-end.sh`,
    fromGuest: ({ network, vlan }) => `${folder}/isolation-from-${network}-${String(vlan)}.sh`,
    fromPeer: (peer) => `${folder}/isolation-from-${peer}.sh`,
  };
}

function isPeer({ namespace }: Member): boolean {
  return namespace === null;
}

function scripts(target: CheckTarget): CheckScript[] {
  const paths = pathsOf(target);
  const view = isolationView(target);
  const members = membersOf(target);
  const script = <K extends keyof Views>(path: string, template: K, its: Views[K]): CheckScript => ({
    path,
    content: renderTemplate(template, its),
  });
  return [
    script(paths.start, 'checks/namespaces-start.sh', view),
    script(paths.counters, 'checks/counters.sh', view),
    ...callingSegments(target).map((segment) =>
      script(paths.fromGuest(segment), 'checks/isolation-from.sh', fromGuestView(target, segment)),
    ),
    ...members
      .filter(isPeer)
      .map((peer) =>
        script(paths.fromPeer(peer.name), 'checks/isolation-from.sh', fromPeerView(target, peer)),
      ),
    script(paths.control, 'checks/isolation-control.sh', view),
    script(paths.end, 'checks/namespaces-end.sh', view),
  ];
}

/** The VLANs that the NIC's functions are on. */
function callingSegments(target: CheckTarget): Segment[] {
  return segmentsOf(membersOf(target).filter((member) => !isPeer(member)));
}

/** Every member's counters, by name. A function and a peer may have the same name, so they are kept apart. */
interface Counted {
  readonly functions: ReadonlyMap<string, LinkBytes>;
  readonly peers: ReadonlyMap<string, LinkBytes>;
}

function heardBy(member: Member, before: Counted, after: Counted): LinkBytes {
  const kind = isPeer(member) ? 'peers' : 'functions';
  return bytesBetween(before[kind], after[kind], member.name);
}

/**
 * Judges the counters around the calls from `segment`, of `count` packets each: its members have sent them and heard each other's
 * broadcasts, and members of other VLANs have received nothing.
 */
export function judge(
  segment: Segment,
  members: readonly Member[],
  count: number,
  before: Counted,
  after: Counted,
): Assertion[] {
  const from = `from VLAN ${String(segment.vlan)}`;
  return [
    ...companyOf(segment, members).flatMap((member) => {
      const { rx, tx } = heardBy(member, before, after);
      const sent = callCount(member, members) * count * PING_BYTES;
      return [
        assertion(tx >= sent, `${from}: ${member.name} has sent its packets`, `sent: ${tx} of ${sent} bytes`),
        assertion(
          rx > 0,
          `${from}: ${member.name}, on the same VLAN, has heard the others`,
          'its counter has not moved',
        ),
      ];
    }),
    ...strangersOf(segment, members).map((member) => {
      const { rx } = heardBy(member, before, after);
      const title = `${from}: ${member.name}, on VLAN ${String(member.segment.vlan)}, has received nothing`;
      return assertion(rx === 0, title, `received: ${rx} bytes`);
    }),
  ];
}

/** Reads everyone's counters. */
async function* readEverybody(world: World): AsyncGenerator<Finding, Counted, void> {
  const { target } = world;
  const functions = yield* functionCounters(world, pathsOf(target).counters);
  const names = membersOf(target)
    .filter(isPeer)
    .map(({ name }) => name);
  return { functions, peers: await peerCounters(world, names) };
}

/** All members of one VLAN call those of the others, between two readings of the counters. */
async function* call(world: World, segment: Segment): Findings {
  const { target } = world;
  const paths = pathsOf(target);
  const members = membersOf(target);
  const company = companyOf(segment, members);
  const before = yield* readEverybody(world);
  if (company.some((member) => !isPeer(member))) yield* world.script(paths.fromGuest(segment));
  for (const { name } of company.filter(isPeer)) yield* world.script(paths.fromPeer(name), { peer: name });
  const after = yield* readEverybody(world);
  yield* judge(segment, members, parametersOf(isolation, target).count, before, after);
}

/** Empties the peers' ARP caches. Otherwise they would send ARP requests while they should be silent. */
async function forgetNeighbours(world: World): Promise<void> {
  for (const { name } of membersOf(world.target).filter(isPeer))
    await world.peer(name).run(['ip', 'neighbour', 'flush', 'all']);
}

/** VLANs of one network do not hear each other, and not because a link is broken. */
export const check: Check = {
  scripts,
  scriptLimitMs: (target) => SCRIPT_LIMIT_MS + endsOf(target).length * LIMIT_PER_FUNCTION_MS,
  async *run(world) {
    const { target } = world;
    const paths = pathsOf(target);
    try {
      yield* world.script(paths.start);
      await forgetNeighbours(world);
      for (const segment of segmentsOf(membersOf(target))) yield* call(world, segment);
      // Last, because the kernel sends ARP requests for some seconds after an exchange.
      yield* world.script(paths.control);
    } finally {
      yield* world.takeBack(paths.end);
    }
  },
};
