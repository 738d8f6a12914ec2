import { hostAddress, type NicFunction } from '../../model/lab.js';
import { allOf, assertion, dataOf, type CheckTarget, type Findings, type World } from '../check.js';
import { controlPlaneOf } from '../kubernetes-place.js';
import { outermostTap } from '../outermost-tap.js';
import { deadlineSeconds } from '../ping-deadline.js';
import { noneLost } from '../ping-replies.js';
import {
  carried,
  carriedNothing,
  carriedOutside,
  payloadOf,
  PING_SIZE,
  podCounted,
  readOutside,
} from '../pod-exchange.js';
import { parametersOf } from '../spec.js';
import { heldBy, type PodFacts } from './facts.js';
import { podVf } from './spec.js';
import { pathsOf, peerOf, podsOf, TO_POD, toPeerTitle } from './view.js';

interface OwnedTap {
  readonly owner: string;
  readonly ifname: string;
}

/** The taps on this computer where the VFs' packets come out, each with the name of its VF. */
function tapsOf({ lab, machine }: CheckTarget, vfs: readonly NicFunction[]): OwnedTap[] {
  return vfs.flatMap(({ id, name }) => {
    const ifname = outermostTap(lab, machine.name, id);
    return ifname === undefined ? [] : [{ owner: name, ifname }];
  });
}

/** The taps that packets of the first pod cross. Between VFs that share one they stay within the device. */
function crossed(target: CheckTarget, facts: PodFacts, to: string | null): OwnedTap[] {
  const [first = ''] = podsOf(target);
  const vfs = [first, ...(to === null ? [] : [to])].flatMap(
    (pod) => heldBy(facts, pod, target.nic.vfs) ?? [],
  );
  const taps = tapsOf(target, vfs);
  return new Set(taps.map(({ ifname }) => ifname)).size === taps.length ? taps : [];
}

/** The first pod reaches the peer (`to`: null) or the second pod: net1 and the taps counted it, and eth0 did not. */
export async function* fromPod(world: World, facts: PodFacts, to: string | null): Findings {
  const { target } = world;
  const paths = pathsOf(target);
  const payload = payloadOf(parametersOf(podVf, target).count);
  const peer = peerOf(target).name;
  const title = to === null ? toPeerTitle(target) : TO_POD;
  const before = await readOutside(world, peer);
  const output = await world.run(to === null ? paths.toPeer : paths.toPod, controlPlaneOf(target));
  const after = await readOutside(world, peer);
  yield* allOf(output);
  const { net1, eth0 } = dataOf(output, podCounted);
  yield carried(`${title}: net1`, net1 ?? { rx: 0, tx: 0 }, payload);
  yield carriedNothing(`${title}: eth0`, eth0);
  yield* carriedOutside(
    title,
    { peer: to === null ? peer : null, taps: crossed(target, facts, to) },
    before,
    after,
    payload,
  );
}

/** The peer reaches the first pod. */
export async function* fromPeer(world: World, facts: PodFacts): Findings {
  const { target, signal } = world;
  const { count } = parametersOf(podVf, target);
  const payload = payloadOf(count);
  const { name: peer } = peerOf(target);
  const [first = ''] = podsOf(target);
  const address = hostAddress(facts[first]?.address ?? '/');
  const title = `${peer} to pod ${first}`;
  const before = await readOutside(world, peer);
  const limit = String(deadlineSeconds(count, target.machine));
  const { stdout, stderr } = await world
    .peer(peer)
    .run(['ping', '-n', '-A', '-c', String(count), '-s', String(PING_SIZE), '-w', limit, address], {
      signal,
    });
  const after = await readOutside(world, peer);
  yield assertion(
    noneLost(count, stdout),
    `${title}: ${count} packets, none lost`,
    ...`${stdout}${stderr}`.trim().split('\n').slice(-2),
  );
  yield* carriedOutside(title, { peer, taps: crossed(target, facts, null) }, before, after, payload);
}

/** Each pod reaches the peer over its VF. */
export async function* eachToPeer(world: World): Findings {
  const { target } = world;
  const payload = payloadOf(parametersOf(podVf, target).count);
  const pods = podsOf(target);
  const { name: peer } = peerOf(target);
  const before = await readOutside(world, peer);
  const output = await world.run(pathsOf(target).eachToPeer, controlPlaneOf(target));
  const after = await readOutside(world, peer);
  yield* allOf(output);
  for (const [index, pod] of pods.entries()) {
    const { net1, eth0 } = podCounted.parse(output.data.at(index));
    yield carried(`${toPeerTitle(target, pod)}: net1`, net1 ?? { rx: 0, tx: 0 }, payload);
    yield carriedNothing(`${toPeerTitle(target, pod)}: eth0`, eth0);
  }
  yield* carriedOutside(`all pods to ${peer}`, { peer, taps: [] }, before, after, payload * pods.length);
}
