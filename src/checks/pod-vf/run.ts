import { renderTemplate, type Views } from '../../render/templates.js';
import type { Accelerator } from '../../toolchain/types.js';
import {
  allOf,
  failuresOf,
  type Check,
  type CheckScript,
  type CheckTarget,
  type Finding,
  type Findings,
  type World,
} from '../check.js';
import { controlPlaneOf } from '../kubernetes-place.js';
import { vfView, type VfView } from '../vf-view.js';
import { fromPeer, fromPod } from './exchange.js';
import { heldBy, homeOnce, readFacts, readHome, type PodFacts, type VfsAtHome } from './facts.js';
import {
  judgeFacts,
  judgeFreed,
  judgeHome,
  judgeReturn,
  judgeStart,
  judgeUnchanged,
  judgeWaiting,
} from './judge.js';
import { exchangeView, lastPod, pathsOf, podsOf, podVfView, poolOf } from './view.js';

declare module '../../render/templates.js' {
  interface Views {
    'checks/pod-vf-home.sh': VfView;
  }
}

const SCRIPT_LIMIT_MS = 240_000;
const LIMIT_PER_VF_MS = 120_000;

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

/** Runs a script that something depends on. Returns whether it passed. */
async function* passes(world: World, path: string): AsyncGenerator<Finding, boolean, void> {
  const output = await world.run(path, controlPlaneOf(world.target));
  yield* allOf(output);
  return failuresOf(output).length === 0;
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
  yield* judgeWaiting(title, lastPod(target), facts);
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
  yield* judgeFreed({ pod: last, by: first }, held, facts);
  yield* judgeUnchanged(`when pod ${last} has started`, others, held, facts);
}

/** A pod is killed by force: the cluster forgets it at once, and its VF comes back nevertheless. */
async function* kill(world: World, atFirst: VfsAtHome, held: PodFacts): Findings {
  const { target } = world;
  const [first = ''] = podsOf(target);
  // The last pod has it now.
  const vf = heldBy(held, first, target.nic.vfs)?.name;
  if (vf === undefined || !(yield* passes(world, pathsOf(target).kill))) return;
  const now = await homeOnce(world, (home) => home[vf] === atFirst[vf]);
  yield* judgeReturn('killed by force', [vf], atFirst, now);
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
  yield* judgeReturn('all pods deleted', names, atFirst, now);
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
    const start = [...judgeStart(atFirst)];
    yield* start;
    try {
      if (failuresOf({ assertions: start }).length === 0) yield* withPods(world, atFirst);
    } finally {
      yield* giveBack(world, atFirst);
    }
  },
};
