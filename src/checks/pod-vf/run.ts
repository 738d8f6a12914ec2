import { hostAddress, type NicFunction } from '../../model/lab.js';
import { waitBriefly } from '../../process/wait-for.js';
import { renderTemplate, type Views } from '../../render/templates.js';
import type { Accelerator } from '../../toolchain/types.js';
import {
  allOf,
  assertion,
  dataOf,
  failuresOf,
  type Assertion,
  type Check,
  type CheckScript,
  type CheckTarget,
  type Finding,
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
  PING_SIZE,
  podCounted,
  readOutside,
} from '../pod-exchange.js';
import { parametersOf } from '../spec.js';
import { vfView, type VfView } from '../vf-view.js';
import {
  heldBy,
  judgeFacts,
  judgeHome,
  judgeUnchanged,
  podFacts,
  vfsAtHome,
  type PodFacts,
  type VfsAtHome,
} from './facts.js';
import { podVf } from './spec.js';
import {
  exchangeView,
  lastPod,
  pathsOf,
  peerOf,
  podsOf,
  podVfView,
  poolOf,
  TO_POD,
  toPeerTitle,
} from './view.js';

declare module '../../render/templates.js' {
  interface Views {
    'checks/pod-vf-home.sh': VfView;
  }
}

const SCRIPT_LIMIT_MS = 240_000;
const LIMIT_PER_VF_MS = 60_000;
/** The kubelet frees what a pod that was killed by force held at its leisure. */
const RETURN_LIMIT_MS = 180_000;
const RETURN_POLL_MS = 2000;

function scripts(target: CheckTarget, accelerator: Accelerator): CheckScript[] {
  const paths = pathsOf(target);
  const view = podVfView(target, accelerator);
  const script = <K extends keyof Views>(path: string, template: K, its: Views[K]): CheckScript => ({
    path,
    content: renderTemplate(template, its),
  });
  return [
    script(paths.home, 'checks/pod-vf-home.sh', vfView(target)),
    script(paths.begin, 'checks/pod-vf-begin.sh', view),
    script(paths.facts, 'checks/pod-vf-facts.sh', view),
    script(paths.toPeer, 'checks/pod-vf-exchange.sh', exchangeView(target, accelerator, null)),
    ...podsOf(target)
      .slice(1, 2)
      .map((second) =>
        script(paths.toPod, 'checks/pod-vf-exchange.sh', exchangeView(target, accelerator, second)),
      ),
    script(paths.full, 'checks/pod-vf-full.sh', view),
    script(paths.restart, 'checks/pod-vf-restart.sh', view),
    script(paths.restarted, 'checks/pod-vf-restarted.sh', view),
    script(paths.free, 'checks/pod-vf-free.sh', view),
    script(paths.kill, 'checks/pod-vf-kill.sh', view),
    script(paths.end, 'checks/pods-end.sh', view),
  ];
}

async function readHome(world: World): Promise<VfsAtHome> {
  return dataOf(await world.run(pathsOf(world.target).home), vfsAtHome);
}

async function* readFacts(world: World): AsyncGenerator<Finding, PodFacts, void> {
  const { target } = world;
  const output = await world.run(pathsOf(target).facts, controlPlaneOf(target));
  yield* failuresOf(output);
  return podFacts.parse(output.data.at(0) ?? {});
}

/** Runs a script that something depends on. Returns whether it passed. */
async function* passes(world: World, path: string): AsyncGenerator<Finding, boolean, void> {
  const output = await world.run(path, controlPlaneOf(world.target));
  yield* allOf(output);
  return failuresOf(output).length === 0;
}

/** The taps on this computer where the VFs' packets come out, each with the name of its VF. */
function tapsOf(
  { lab, machine }: CheckTarget,
  vfs: readonly NicFunction[],
): { owner: string; ifname: string }[] {
  return vfs.flatMap(({ id, name }) => {
    const ifname = outermostTap(lab, machine.name, id);
    return ifname === undefined ? [] : [{ owner: name, ifname }];
  });
}

/** The first pod reaches the peer (`to`: null) or the second pod: net1 and the taps counted it, and eth0 did not. */
async function* fromPod(world: World, facts: PodFacts, to: string | null): Findings {
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

/** The taps that packets of the first pod cross. Between VFs that share one they stay within the device. */
function crossed(
  target: CheckTarget,
  facts: PodFacts,
  to: string | null,
): { owner: string; ifname: string }[] {
  const [first = ''] = podsOf(target);
  const vfs = [first, ...(to === null ? [] : [to])].flatMap(
    (pod) => heldBy(facts, pod, target.nic.vfs) ?? [],
  );
  const taps = tapsOf(target, vfs);
  return new Set(taps.map(({ ifname }) => ifname)).size === taps.length ? taps : [];
}

/** The peer reaches the first pod. */
async function* fromPeer(world: World, facts: PodFacts): Findings {
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

/** containerd and the kubelet restart while pods hold VFs. */
async function* restart(world: World, held: PodFacts): Findings {
  const { target } = world;
  const paths = pathsOf(target);
  const title = 'after the restart';
  yield* world.script(paths.restart);
  if (!(yield* passes(world, paths.restarted))) return;
  const facts = yield* readFacts(world);
  yield* judgeUnchanged(title, podsOf(target), held, facts);
  yield assertion(
    facts[lastPod(target)] === undefined,
    `${title}: pod ${lastPod(target)}, for which no VF is left, still waits`,
    `it runs, with ${facts[lastPod(target)]?.mac ?? ''}`,
  );
  const { assertions } = await world.run(paths.toPeer, controlPlaneOf(target));
  yield* assertions.map((one) => ({ ...one, title: `${title}: ${one.title}` }));
}

/** A pod is deleted: the one that waits gets its VF, and the others keep theirs. */
async function* free(world: World, held: PodFacts): Findings {
  const { target } = world;
  const [first = '', ...others] = podsOf(target);
  const last = lastPod(target);
  if (!(yield* passes(world, pathsOf(target).free))) return;
  const facts = yield* readFacts(world);
  const freed = held[first]?.mac ?? '';
  yield assertion(
    freed !== '' && facts[last]?.mac === freed,
    `pod ${last} has the VF that pod ${first} gave back`,
    `its MAC: ${facts[last]?.mac ?? ''}`,
    `that of pod ${first} was: ${freed}`,
  );
  yield* judgeUnchanged(`when pod ${last} has started`, others, held, facts);
}

/** The VFs as they are once `isHome` says so; as they are in the end when that takes too long. */
async function homeOnce(world: World, isHome: (now: VfsAtHome) => boolean): Promise<VfsAtHome> {
  let now: VfsAtHome = {};
  const ask = async (): Promise<true | undefined> => {
    now = await readHome(world);
    return isHome(now) ? true : undefined;
  };
  await waitBriefly({ ask, everyMs: RETURN_POLL_MS, limitMs: RETURN_LIMIT_MS }, world.signal);
  return now;
}

function judgeReturn(title: string, vf: string, before: VfsAtHome, now: VfsAtHome): Assertion {
  return assertion(
    now[vf] !== undefined && now[vf] === before[vf],
    `${title}: ${vf} is back in the node under its name and MAC`,
    `found: ${now[vf] ?? ''}`,
    `before: ${before[vf] ?? ''}`,
  );
}

/** A pod is killed by force: the cluster forgets it at once, and its VF comes back nevertheless. */
async function* kill(world: World, atFirst: VfsAtHome, held: PodFacts): Findings {
  const { target } = world;
  const [first = ''] = podsOf(target);
  // The last pod has it now.
  const vf = heldBy(held, first, target.nic.vfs)?.name;
  if (vf === undefined || !(yield* passes(world, pathsOf(target).kill))) return;
  const now = await homeOnce(world, (home) => home[vf] === atFirst[vf]);
  yield judgeReturn('killed by force', vf, atFirst, now);
}

/** All pods are deleted: all VFs are back. */
async function* giveBack(world: World, atFirst: VfsAtHome): Findings {
  const { target } = world;
  const failures = failuresOf(await world.run(pathsOf(target).end, controlPlaneOf(target)));
  yield* failures;
  const names = target.nic.vfs.map(({ name }) => name);
  const isHome = (home: VfsAtHome): boolean => names.every((vf) => home[vf] === atFirst[vf]);
  // What pods that are still there hold does not come.
  const now = failures.length > 0 ? await readHome(world) : await homeOnce(world, isHome);
  yield* names.map((vf) => judgeReturn('all pods deleted', vf, atFirst, now));
}

async function* withPods(world: World, atFirst: VfsAtHome): Findings {
  const { target } = world;
  const { vfs } = target.nic;
  const paths = pathsOf(target);
  const pods = podsOf(target);
  if (!(yield* passes(world, paths.begin))) return;
  const held = yield* readFacts(world);
  yield* judgeFacts(held, pods, poolOf(target), vfs);
  yield* judgeHome(
    atFirst,
    await readHome(world),
    pods.map((pod) => heldBy(held, pod, vfs)),
  );
  yield* fromPod(world, held, null);
  yield* fromPeer(world, held);
  const [, second] = pods;
  if (second !== undefined) yield* fromPod(world, held, second);
  yield* world.script(paths.full, controlPlaneOf(target));
  yield* restart(world, held);
  yield* free(world, held);
  yield* kill(world, atFirst, held);
}

/** Pods get the VFs of a node's NIC, use them and give them back. */
export const check: Check = {
  scripts,
  scriptLimitMs: ({ nic }) => SCRIPT_LIMIT_MS + nic.vfs.length * LIMIT_PER_VF_MS,
  async *run(world) {
    const atFirst = await readHome(world);
    const missing = Object.keys(atFirst).filter((vf) => atFirst[vf] === '');
    yield assertion(
      missing.length === 0,
      'before: no pod holds a VF',
      `not in the node: ${missing.join(', ')}`,
      'delete the pods that hold them',
    );
    try {
      if (missing.length === 0) yield* withPods(world, atFirst);
    } finally {
      yield* giveBack(world, atFirst);
    }
  },
};
