import { hostAddress } from '../../model/lab.js';
import type { CheckTarget } from '../check.js';
import { endsOf, endsView, segmentOfPeer, type End, type EndsView, type NamespacesView } from '../ends.js';
import { sameSegment, type Segment } from '../segment.js';
import { parametersOf } from '../spec.js';
import { isolation } from './spec.js';

declare module '../../render/templates.js' {
  interface Views {
    'checks/isolation-from.sh': FromView;
    'checks/isolation-control.sh': IsolationView;
  }
}

/** Between two packets of one call (isolation-from.sh). */
const PACKET_INTERVAL_SECONDS = 0.2;
const CONTROL_SECONDS = 10;

/** A function of the NIC or a peer, on a VLAN. */
export interface Member {
  readonly name: string;
  /** `null`: a peer. */
  readonly namespace: string | null;
  readonly segment: Segment;
  readonly address: string;
  readonly mac: string;
}

function ofFunction({ name, namespace, segment, address, mac }: End): Member[] {
  if (segment === null || segment.vlan === null) return [];
  return [{ name, namespace, segment, address, mac }];
}

/** Everyone on the VLANs of the NIC's networks: its functions, then the peers. */
export function membersOf(target: CheckTarget): Member[] {
  const functions = endsOf(target).flatMap(ofFunction);
  const networks = functions.map(({ segment }) => segment.network);
  const peers = target.lab.peers
    .filter(({ network, vlan }) => vlan !== null && networks.includes(network))
    .map((peer) => ({
      name: peer.name,
      namespace: null,
      segment: segmentOfPeer(peer),
      address: hostAddress(peer.address),
      mac: peer.mac,
    }));
  return [...functions, ...peers];
}

/** The VLANs that have members, each once. */
export function segmentsOf(members: readonly Member[]): Segment[] {
  return members
    .map(({ segment }) => segment)
    .filter((segment, index, all) => all.findIndex((other) => sameSegment(other, segment)) === index);
}

/** The members on another VLAN of the same network. */
export function strangersOf(segment: Segment, members: readonly Member[]): Member[] {
  return members.filter(
    (member) => member.segment.network === segment.network && member.segment.vlan !== segment.vlan,
  );
}

/** The members on the same VLAN. */
export function companyOf(segment: Segment, members: readonly Member[]): Member[] {
  return members.filter((member) => sameSegment(member.segment, segment));
}

/**
 * The strangers that a member calls: on each other VLAN, every peer and one function. One is enough, because the counters of all
 * functions are read.
 */
function calledBy(caller: Member, members: readonly Member[]): Member[] {
  const index = companyOf(caller.segment, members).findIndex(({ name }) => name === caller.name);
  const strangers = strangersOf(caller.segment, members);
  return segmentsOf(strangers).flatMap((segment) => {
    const there = companyOf(segment, strangers);
    const functions = there.filter(({ namespace }) => namespace !== null);
    const one = functions[index % functions.length];
    return [...(one === undefined ? [] : [one]), ...there.filter(({ namespace }) => namespace === null)];
  });
}

/** How many strangers a member calls. */
export function callCount(caller: Member, members: readonly Member[]): number {
  return calledBy(caller, members).length;
}

function vlanText({ network, vlan }: Segment): string {
  return `VLAN ${String(vlan)} of ${network}`;
}

interface CallView {
  readonly number: number;
  readonly namespace: string;
  readonly address: string;
  readonly mac: string;
  readonly byBroadcast: string;
  readonly byUnicast: string;
}

interface PacketsView {
  readonly check: string;
  readonly quiet: boolean;
  readonly count: number;
  readonly seconds: number;
}

/** The view of a script that calls members of other VLANs; in the guest it shows an EndsView as well. */
interface FromView extends PacketsView, Partial<EndsView> {
  readonly vlan: number | null;
  readonly where: string;
  readonly runs: string;
  readonly inGuest: boolean;
  readonly callers: readonly { readonly namespace: string | null }[];
  readonly calls: readonly CallView[];
}

/** The view of the check's other scripts. */
interface IsolationView extends NamespacesView, PacketsView {
  readonly controlSeconds: number;
  readonly controls: readonly {
    readonly title: string;
    readonly namespace: string;
    readonly address: string;
  }[];
}

/** Each call, with the namespace that it is made from: `.` is a peer's own. */
function callsOf(callers: readonly Member[], members: readonly Member[]): CallView[] {
  return callers
    .flatMap((caller) => calledBy(caller, members).map((called) => ({ caller, called })))
    .map(({ caller, called }, number) => ({
      number,
      namespace: caller.namespace ?? '.',
      address: called.address,
      mac: called.mac,
      byBroadcast: `${caller.name} asks all of ${vlanText(caller.segment)} for ${called.name} on VLAN ${String(called.segment.vlan)}: no answer`,
      byUnicast: `${caller.name} sends to the MAC of ${called.name}: no answer`,
    }));
}

function packetsView(target: CheckTarget): PacketsView {
  const { count } = parametersOf(isolation, target);
  return { check: 'isolation', quiet: true, count, seconds: Math.ceil(count * PACKET_INTERVAL_SECONDS) + 1 };
}

/** The view of the script with which the functions of a VLAN call those of other VLANs. */
export function fromGuestView(target: CheckTarget, segment: Segment): FromView {
  const members = membersOf(target);
  const callers = companyOf(segment, members).filter(({ namespace }) => namespace !== null);
  return {
    ...endsView(target),
    ...packetsView(target),
    vlan: segment.vlan,
    where: 'in the guest',
    runs: 'Runs in the guest.',
    inGuest: true,
    callers,
    calls: callsOf(callers, members),
  };
}

/** The view of the script with which a peer calls members of other VLANs. */
export function fromPeerView(target: CheckTarget, peer: Member): FromView {
  return {
    ...packetsView(target),
    vlan: peer.segment.vlan,
    where: 'outside',
    runs: `Runs in the network namespace of ${peer.name}.`,
    inGuest: false,
    callers: [{ namespace: '.' }],
    calls: callsOf([peer], membersOf(target)),
  };
}

/** The view of the check's other scripts. */
export function isolationView(target: CheckTarget): IsolationView {
  const members = membersOf(target);
  return {
    ...endsView(target),
    ...packetsView(target),
    controlSeconds: CONTROL_SECONDS,
    controls: members.flatMap((member) => {
      const company = companyOf(member.segment, members).filter((other) => other !== member);
      const [other] = [...company.filter(({ namespace }) => namespace === null), ...company];
      if (member.namespace === null || other === undefined) return [];
      return [
        {
          title: `${member.name} reaches ${other.name} on its own VLAN ${String(member.segment.vlan)}`,
          namespace: member.namespace,
          address: other.address,
        },
      ];
    }),
  };
}
