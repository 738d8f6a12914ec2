import { hostAddress } from '../../model/lab.js';
import type { Accelerator } from '../../toolchain/types.js';
import type { CheckTarget } from '../check.js';
import { clusterOf } from '../kubernetes-place.js';
import { deadlineSeconds } from '../ping-deadline.js';
import { pingSize } from '../pod-exchange.js';
import { podsView, SILENT_COUNT, type PodsView } from '../pods.js';
import { parametersOf } from '../spec.js';
import { addressOf, farEndOf, peerOf, type FarEnd, type FarVlan } from './far-end.js';
import { lastPod, podsOf, poolOf } from './places.js';
import { podVf } from './spec.js';

declare module '../../render/templates.js' {
  interface Views {
    'checks/pod-vf-begin.sh': PodVfView;
    'checks/pod-vf-vlan.sh': VlanView;
    'checks/pod-vf-vlan-end.sh': VlanView;
    'checks/pod-vf-facts.sh': PodVfView;
    'checks/pod-vf-claims.sh': PodVfView;
    'checks/pod-vf-exchange.sh': ExchangeView;
    'checks/pod-vf-silent.sh': SilentView;
    'checks/pod-vf-full.sh': PodVfView;
    'checks/pod-vf-restart.sh': PodVfView;
    'checks/pod-vf-restarted.sh': RestartedView;
    'checks/pod-vf-replaced.sh': PodVfView;
    'checks/pod-vf-refused.sh': PodVfView;
    'checks/pod-vf-each-to-far-end.sh': EachView;
    'checks/pod-vf-free.sh': PodVfView;
    'checks/pod-vf-kill.sh': PodVfView;
  }
}

/** The scheduler's words when no VF is left. */
const NO_CLAIM = 'cannot allocate all claims';
/** In the node, and its interface in there. */
const VLAN_NAMESPACE = 'lab-vlan';

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
  /** Of the far end; false: that of the pod's VF. */
  readonly address: string | false;
  readonly title: string;
  readonly count: number;
  readonly size: number;
  readonly deadlineSeconds: number;
}

export const TO_POD = 'pod 1 to pod 2';

export function toFarEndTitle({ name }: FarEnd, pod = '1'): string {
  return `pod ${pod} to ${name}`;
}

/** `to`: the number of a pod; null: the far end. */
export function exchangeView(target: CheckTarget, accelerator: Accelerator, to: string | null): ExchangeView {
  const view = podVfView(target, accelerator);
  const farEnd = farEndOf(target);
  const { count } = parametersOf(podVf, target);
  return {
    ...view,
    from: view.first,
    to: to ?? farEnd.name,
    address: to === null ? addressOf(farEnd) : false,
    title: to === null ? toFarEndTitle(farEnd) : TO_POD,
    count,
    size: pingSize(target),
    deadlineSeconds: deadlineSeconds(count, target.machine),
  };
}

/** The view of the script by which each pod reaches the far end. */
interface EachView extends Omit<ExchangeView, 'pods'> {
  readonly pods: readonly { readonly name: string; readonly title: string }[];
}

export function eachView(target: CheckTarget, accelerator: Accelerator): EachView {
  const farEnd = farEndOf(target);
  const pods = podsOf(target).map((name) => ({ name, title: toFarEndTitle(farEnd, name) }));
  return { ...exchangeView(target, accelerator, null), pods };
}

interface VlanView {
  readonly vlan: number;
  readonly port: { readonly id: string; readonly bdf: string };
  readonly network: string;
  readonly namespace: string;
  readonly cidr: string;
  readonly title: string;
}

export function vlanView({ cidr }: FarEnd, { id, port }: FarVlan): VlanView {
  return {
    vlan: id,
    port,
    network: port.segment?.network ?? '',
    namespace: VLAN_NAMESPACE,
    cidr,
    title: `a network namespace of the node is on VLAN ${id}, behind ${port.id}`,
  };
}

interface SilentView extends PodVfView {
  readonly peer: string;
  readonly peerAddress: string;
  readonly silentCount: number;
}

export function silentView(target: CheckTarget, accelerator: Accelerator): SilentView {
  const { name, address } = peerOf(target);
  return {
    ...podVfView(target, accelerator),
    peer: name,
    peerAddress: hostAddress(address),
    silentCount: SILENT_COUNT,
    title: `${name}, which is on no VLAN, does not hear pod 1`,
  };
}
