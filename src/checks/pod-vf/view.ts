import type { VfPool } from '../../model/kubernetes.js';
import { hostAddress, type Peer } from '../../model/lab.js';
import type { Accelerator } from '../../toolchain/types.js';
import { scriptFolder, type CheckTarget } from '../check.js';
import { segmentOfPeer } from '../ends.js';
import { clusterOf, nodeOf } from '../kubernetes-place.js';
import { deadlineSeconds } from '../ping-deadline.js';
import { PING_SIZE } from '../pod-exchange.js';
import { podsView, type PodsView } from '../pods.js';
import { sameSegment } from '../segment.js';
import { parametersOf } from '../spec.js';
import { podVf } from './spec.js';

declare module '../../render/templates.js' {
  interface Views {
    'checks/pod-vf-begin.sh': PodVfView;
    'checks/pod-vf-facts.sh': PodVfView;
    'checks/pod-vf-exchange.sh': ExchangeView;
    'checks/pod-vf-full.sh': PodVfView;
    'checks/pod-vf-restart.sh': PodVfView;
    'checks/pod-vf-restarted.sh': RestartedView;
    'checks/pod-vf-replaced.sh': PodVfView;
    'checks/pod-vf-refused.sh': PodVfView;
    'checks/pod-vf-each-to-peer.sh': EachView;
    'checks/pod-vf-free.sh': PodVfView;
    'checks/pod-vf-kill.sh': PodVfView;
  }
}

/** The scheduler's words when no VF is left. */
const NO_CLAIM = 'cannot allocate all claims';

export interface Paths {
  readonly home: string;
  readonly begin: string;
  readonly facts: string;
  readonly toPeer: string;
  readonly toPod: string;
  readonly full: string;
  readonly restart: string;
  readonly restarted: string;
  readonly free: string;
  readonly kill: string;
  readonly replaced: string;
  readonly rebooted: string;
  readonly refused: string;
  readonly eachToPeer: string;
  readonly end: string;
}

export function pathsOf(target: CheckTarget): Paths {
  const path = (name: string): string => `${scriptFolder(target)}/pod-vf-${name}.sh`;
  return {
    home: path('home'),
    begin: path('begin'),
    facts: path('facts'),
    toPeer: path('to-peer'),
    toPod: path('to-pod'),
    full: path('full'),
    restart: path('restart'),
    restarted: path('restarted'),
    free: path('free'),
    kill: path('kill'),
    replaced: path('replaced'),
    rebooted: path('rebooted'),
    refused: path('refused'),
    eachToPeer: path('each-to-peer'),
    end: path('end'),
  };
}

/** The NIC's VFs, as a pool of its node. Throws Error if they are none, which the definition's rules exclude. */
export function poolOf(target: CheckTarget): VfPool {
  const pool = nodeOf(target).pools.find(({ nic }) => nic === target.nic.name);
  if (pool === undefined) throw new Error(`pods get no VFs of ${target.nic.name}`);
  return pool;
}

/** A peer on the network of the VFs. */
export function peerOf({ lab, nic }: CheckTarget): Peer {
  const peer = lab.peers.find((one) =>
    nic.vfs.some(({ segment }) => sameSegment(segment, segmentOfPeer(one))),
  );
  if (peer === undefined) throw new Error(`no peer is on the network of the VFs of ${nic.name}`);
  return peer;
}

/** The pods that get a VF each, by their numbers. */
export function podsOf({ nic }: CheckTarget): string[] {
  return nic.vfs.map((_, index) => String(index + 1));
}

/** The pod for which no VF is left. */
export function lastPod({ nic }: CheckTarget): string {
  return String(nic.vfs.length + 1);
}

interface PodVfView extends PodsView {
  readonly check: string;
  readonly node: string;
  readonly pods: readonly string[];
  readonly first: string;
  readonly last: string;
  /** Part of what the scheduler says of a pod for which no VF is left. */
  readonly reason: string;
  readonly title: string;
}

export function podVfView(target: CheckTarget, accelerator: Accelerator): PodVfView {
  const { machine, nic } = target;
  const pool = poolOf(target);
  const pods = podsOf(target);
  const last = lastPod(target);
  const reason = clusterOf(target).vfs === 'dra' ? NO_CLAIM : `Insufficient ${pool.resource}`;
  return {
    ...podsView(target, `lab-vf-${machine.name}-${nic.name}`, accelerator, pool),
    check: 'pod-vf',
    node: machine.name,
    pods,
    first: pods[0] ?? last,
    last,
    reason,
    title: `pod ${last}, for which no VF is left, is Pending: ${reason}`,
  };
}

export const AFTER_RESTART = 'after the restart';
export const AFTER_REBOOT = 'after the reboot';

interface RestartedView extends PodVfView {
  readonly when: string;
}

/** `when`: since when the node is to come back, for the titles. */
export function restartedView(target: CheckTarget, accelerator: Accelerator, when: string): RestartedView {
  return { ...podVfView(target, accelerator), when };
}

/** The view of the scripts by which the first pod reaches something. */
interface ExchangeView extends PodsView {
  readonly from: string;
  /** For people, or the name of a pod. */
  readonly to: string;
  /** Of a peer; false: that of the pod's VF. */
  readonly address: string | false;
  readonly title: string;
  readonly count: number;
  readonly size: number;
  readonly deadlineSeconds: number;
}

export const TO_POD = 'pod 1 to pod 2';

export function toPeerTitle(target: CheckTarget, pod = '1'): string {
  return `pod ${pod} to ${peerOf(target).name}`;
}

/** `to`: the number of a pod; null: the peer. */
export function exchangeView(target: CheckTarget, accelerator: Accelerator, to: string | null): ExchangeView {
  const view = podVfView(target, accelerator);
  const peer = peerOf(target);
  const { count } = parametersOf(podVf, target);
  return {
    ...view,
    from: view.first,
    to: to ?? peer.name,
    address: to === null ? hostAddress(peer.address) : false,
    title: to === null ? toPeerTitle(target) : TO_POD,
    count,
    size: PING_SIZE,
    deadlineSeconds: deadlineSeconds(count, target.machine),
  };
}

/** The view of the script by which each pod reaches the peer. */
interface EachView extends Omit<ExchangeView, 'pods'> {
  readonly pods: readonly { readonly name: string; readonly title: string }[];
}

export function eachView(target: CheckTarget, accelerator: Accelerator): EachView {
  const pods = podsOf(target).map((name) => ({ name, title: toPeerTitle(target, name) }));
  return { ...exchangeView(target, accelerator, null), pods };
}
