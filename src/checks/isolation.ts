import { renderTemplate } from '../render/templates.js';
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
} from './check.js';
import { endsOf } from './ends.js';
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
} from './isolation-view.js';
import { peerCounters, readCounters } from './lab-counters.js';
import { bytesBetween, type LinkBytes } from './link-counters.js';
import type { Segment } from './segment.js';

const SCRIPT_LIMIT_MS = 60_000;
const LIMIT_PER_FUNCTION_MS = 5_000;
/** What ping sends without being told a size: 20 bytes of IP, 8 of ICMP, 56 of payload. */
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
  const script = (path: string, template: string, its: object = view): CheckScript => ({
    path,
    content: renderTemplate(`checks/${template}.sh`, its),
  });
  return [
    script(paths.start, 'namespaces-start'),
    script(paths.counters, 'counters'),
    ...callingSegments(target).map((segment) =>
      script(paths.fromGuest(segment), 'isolation-from', fromGuestView(target, segment)),
    ),
    ...members
      .filter(isPeer)
      .map((peer) => script(paths.fromPeer(peer.name), 'isolation-from', fromPeerView(target, peer))),
    script(paths.control, 'isolation-control'),
    script(paths.end, 'namespaces-end'),
  ];
}

/** The VLANs that functions of the NIC are on. */
function callingSegments(target: CheckTarget): Segment[] {
  return segmentsOf(membersOf(target).filter((member) => !isPeer(member)));
}

/** What every member has counted; functions and peers do not share names here. */
interface Counted {
  readonly functions: ReadonlyMap<string, LinkBytes>;
  readonly peers: ReadonlyMap<string, LinkBytes>;
}

function heardBy(member: Member, before: Counted, after: Counted): LinkBytes {
  const kind = isPeer(member) ? 'peers' : 'functions';
  return bytesBetween(before[kind], after[kind], member.name);
}

/**
 * Those of other VLANs have received nothing while those of `segment` sent `count` packets to each that they call; those of the
 * same VLAN have heard the broadcasts.
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
          `${from}: ${member.name}, on it, has heard the others`,
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

/** One reading of everybody's counters. */
function readingSteps(context: CheckContext, done: (counted: Counted) => Assertion[]): CheckStep[] {
  const { target } = context;
  let functions: Counted['functions'] = new Map();
  return [
    readCounters(pathsOf(target).counters, (counters) => {
      functions = counters;
    }),
    {
      type: 'look',
      look: async () => {
        const peers = membersOf(target).filter(isPeer);
        const counted = await peerCounters(
          context,
          peers.map(({ name }) => name),
        );
        return findings(done({ functions, peers: counted }));
      },
    },
  ];
}

/** All members of one VLAN call those of the others, between two readings. */
function callSteps(context: CheckContext, segment: Segment): CheckStep[] {
  const { target } = context;
  const paths = pathsOf(target);
  const members = membersOf(target);
  const company = companyOf(segment, members);
  let before: Counted = { functions: new Map(), peers: new Map() };
  return [
    ...readingSteps(context, (counted) => {
      before = counted;
      return [];
    }),
    ...(company.some((member) => !isPeer(member))
      ? [{ type: 'script', on: 'machine', path: paths.fromGuest(segment) } as const]
      : []),
    ...company.filter(isPeer).map(({ name }): CheckStep => ({
      type: 'script',
      on: { peer: name },
      path: paths.fromPeer(name),
    })),
    ...readingSteps(context, (after) =>
      judge(segment, members, target.request.parameters['count'] ?? 0, before, after),
    ),
  ];
}

/** Peers forget whom they have talked to: else they would ask after them while others are to be silent. */
async function forgetNeighbours(context: CheckContext): Promise<void> {
  for (const { name } of membersOf(context.target).filter(isPeer))
    await context.peer(name).run(['ip', 'neighbour', 'flush', 'all']);
}

/** VLANs of one network do not hear each other, and it is not for want of a working link. */
export const isolation: Check = {
  name: 'isolation',
  summary:
    'functions and peers on different VLANs of a network do not hear each other, neither unicast nor broadcast',
  scripts,
  run: (context) => {
    const { target } = context;
    const paths = pathsOf(target);
    return {
      steps: [
        { type: 'script', on: 'machine', path: paths.start },
        {
          type: 'look',
          look: async () => {
            await forgetNeighbours(context);
            return findings([]);
          },
        },
        ...segmentsOf(membersOf(target)).flatMap((segment) => callSteps(context, segment)),
        // Last: who has been talked to is asked after for some seconds.
        { type: 'script', on: 'machine', path: paths.control },
      ],
      cleanUp: { type: 'script', on: 'machine', path: paths.end },
      scriptLimitMs: SCRIPT_LIMIT_MS + endsOf(target).length * LIMIT_PER_FUNCTION_MS,
    };
  },
};
