import type * as z from 'zod';
import { hostAddress, type NicFunction } from '../../model/lab.js';
import {
  allOf,
  assertion,
  dataOf,
  type Assertion,
  type CheckTarget,
  type Findings,
  type World,
} from '../check.js';
import { controlPlaneOf } from '../kubernetes-place.js';
import { outermostTap } from '../outermost-tap.js';
import { deadlineSeconds } from '../ping-deadline.js';
import { noneLost } from '../ping-replies.js';
import {
  carried,
  carriedNothing,
  carriedOutside,
  payloadOf,
  pingSize,
  podCounted,
  readOutside,
} from '../pod-exchange.js';
import { parametersOf } from '../spec.js';
import { farEndOf, peerOf } from './far-end.js';
import { heldBy, type PodFacts } from './facts.js';
import { pathsOf, podsOf } from './places.js';
import { podVf } from './spec.js';
import { TO_POD, toFarEndTitle } from './view.js';

interface OwnedTap {
  readonly owner: string;
  readonly ifname: string;
}

/** The taps on this computer where the functions' packets come out, each with the name of its function. */
function tapsOf({ lab, machine }: CheckTarget, functions: readonly NicFunction[]): OwnedTap[] {
  return functions.flatMap(({ id, name }) => {
    const ifname = outermostTap(lab, machine.name, id);
    return ifname === undefined ? [] : [{ owner: name, ifname }];
  });
}

/** The taps that packets of the first pod cross: to the far end for null. Between functions that share one they stay within the device. */
function crossed(target: CheckTarget, facts: PodFacts, to: string | null): OwnedTap[] {
  const [first = ''] = podsOf(target);
  const held = [first, ...(to === null ? [] : [to])].flatMap(
    (pod) => heldBy(facts, pod, target.nic.vfs) ?? [],
  );
  const taps = tapsOf(target, [...held, ...(to === null ? portsOf(target) : [])]);
  return new Set(taps.map(({ ifname }) => ifname)).size === taps.length ? taps : [];
}

/** The function that a far end on a VLAN is behind. */
function portsOf(target: CheckTarget): NicFunction[] {
  const { vlan } = farEndOf(target);
  return vlan === null ? [] : [vlan.port];
}

/** The name of the far end if it is a peer, which counts packets. */
function countingPeer(target: CheckTarget): string | null {
  const { name, vlan } = farEndOf(target);
  return vlan === null ? name : null;
}

/** The first pod reaches the far end (`to`: null) or the second pod: net1 and the taps counted it, and eth0 did not. */
export async function* fromPod(world: World, facts: PodFacts, to: string | null): Findings {
  const { target } = world;
  const paths = pathsOf(target);
  const payload = payloadOf(target, parametersOf(podVf, target).count);
  const { name: watched } = peerOf(target);
  const title = to === null ? toFarEndTitle(farEndOf(target)) : TO_POD;
  const before = await readOutside(world, watched);
  const output = await world.run(to === null ? paths.toFarEnd : paths.toPod, controlPlaneOf(target));
  const after = await readOutside(world, watched);
  yield* allOf(output);
  yield* countedInPod(target, title, dataOf(output, podCounted), payload);
  const peer = to === null ? countingPeer(target) : null;
  yield* carriedOutside(title, { peer, taps: crossed(target, facts, to) }, before, after, payload);
}

function* countedInPod(
  target: CheckTarget,
  title: string,
  { net1, eth0 }: z.infer<typeof podCounted>,
  payload: number,
): Iterable<Assertion> {
  yield carried(`${title}: net1`, net1 ?? { rx: 0, tx: 0 }, payload);
  yield carriedNothing(`${title}: eth0`, eth0, pingSize(target));
}

/** The peer reaches the first pod. */
export async function* fromPeer(world: World, facts: PodFacts): Findings {
  const { target, signal } = world;
  const { count } = parametersOf(podVf, target);
  const payload = payloadOf(target, count);
  const { name: peer } = peerOf(target);
  const [first = ''] = podsOf(target);
  const address = hostAddress(facts[first]?.address ?? '/');
  const title = `${peer} to pod ${first}`;
  const before = await readOutside(world, peer);
  const limit = String(deadlineSeconds(count, target.machine));
  const { stdout, stderr } = await world
    .peer(peer)
    .run(['ping', '-n', '-A', '-c', String(count), '-s', String(pingSize(target)), '-w', limit, address], {
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

/** Each pod reaches the far end over its VF. */
export async function* eachToFarEnd(world: World): Findings {
  const { target } = world;
  const payload = payloadOf(target, parametersOf(podVf, target).count);
  const pods = podsOf(target);
  const farEnd = farEndOf(target);
  const { name: watched } = peerOf(target);
  const before = await readOutside(world, watched);
  const output = await world.run(pathsOf(target).eachToFarEnd, controlPlaneOf(target));
  const after = await readOutside(world, watched);
  yield* allOf(output);
  for (const [index, pod] of pods.entries())
    yield* countedInPod(target, toFarEndTitle(farEnd, pod), podCounted.parse(output.data.at(index)), payload);
  const ports = portsOf(target).filter(({ id }) => id !== target.nic.pf.id);
  yield* carriedOutside(
    `all pods to ${farEnd.name}`,
    { peer: countingPeer(target), taps: tapsOf(target, ports) },
    before,
    after,
    payload * pods.length,
  );
}
