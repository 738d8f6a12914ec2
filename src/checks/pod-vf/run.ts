import {
  failuresOf,
  remark,
  retitled,
  type Check,
  type Finding,
  type Findings,
  type World,
} from '../check.js';
import { controlPlaneOf, passes } from '../kubernetes-place.js';
import { parametersOf } from '../spec.js';
import { claimsTell } from './claims.js';
import { fromPeer, fromPod } from './exchange.js';
import { closeFarEnd, farEndOf, openFarEnd, peerHearsNothing } from './far-end.js';
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
import { rebootWithPods } from './reboot.js';
import { podVfScripts } from './scripts.js';
import { podVf } from './spec.js';
import { AFTER_REBOOT, AFTER_RESTART, hasControlPlane, lastPod, pathsOf, podsOf, poolOf } from './places.js';

const SCRIPT_LIMIT_MS = 240_000;
const LIMIT_PER_VF_MS = 120_000;

/** Findings, and at the end whether it is worth going on. */
type Stage = AsyncGenerator<Finding, boolean, void>;

/** containerd and the kubelet restart while pods hold VFs. */
async function* restart(world: World, held: PodFacts): Findings {
  const { target } = world;
  const paths = pathsOf(target);
  yield* world.script(paths.restart);
  if (!(yield* passes(world, paths.restarted))) return;
  const facts = yield* readFacts(world);
  yield* judgeUnchanged(AFTER_RESTART, podsOf(target), held, facts);
  yield* judgeWaiting(AFTER_RESTART, lastPod(target), facts);
  yield* retitled(AFTER_RESTART, world.script(paths.toFarEnd, controlPlaneOf(target)));
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

/** Pods get all VFs, use them, keep them and give them back. */
async function* withPods(world: World, atFirst: VfsAtHome): Stage {
  const { target } = world;
  const { vfs } = target.nic;
  const paths = pathsOf(target);
  const pods = podsOf(target);
  if (!(yield* passes(world, paths.begin))) return false;
  const held = yield* readFacts(world);
  yield* judgeFacts(held, pods, poolOf(target), vfs);
  yield* claimsTell(world, held);
  yield* judgeHome(
    atFirst,
    await readHome(world),
    pods.map((pod) => heldBy(held, pod, vfs)),
  );
  yield* openFarEnd(world);
  yield* fromPod(world, held, null);
  yield* farEndOf(target).vlan === null ? fromPeer(world, held) : peerHearsNothing(world);
  const [, second] = pods;
  if (second !== undefined) yield* fromPod(world, held, second);
  yield* world.script(paths.full, controlPlaneOf(target));
  yield* restart(world, held);
  yield* free(world, held);
  yield* kill(world, atFirst, held);
  return true;
}

/** All pods are deleted: all VFs are back. */
async function* giveBack(world: World, atFirst: VfsAtHome): Stage {
  const { target } = world;
  const failures = failuresOf(await world.run(pathsOf(target).end, controlPlaneOf(target)));
  yield* failures;
  yield* closeFarEnd(world);
  const names = target.nic.vfs.map(({ name }) => name);
  const isHome = (home: VfsAtHome): boolean => names.every((vf) => home[vf] === atFirst[vf]);
  // What pods that are still there hold does not come.
  const now = failures.length > 0 ? await readHome(world) : await homeOnce(world, isHome);
  yield* judgeReturn('all pods deleted', names, atFirst, now);
  return isHome(now);
}

/** The node reboots, and all VFs come back afterwards, too. */
async function* reboot(world: World, atFirst: VfsAtHome): Findings {
  const { target } = world;
  if (hasControlPlane(target)) {
    yield remark(
      `${target.machine.name} was not rebooted: the control plane runs in it, and only \`lab up\` starts that again`,
    );
    return;
  }
  try {
    yield* rebootWithPods(world, atFirst);
  } finally {
    yield* retitled(AFTER_REBOOT, giveBack(world, atFirst));
  }
}

/** Pods get the VFs of a node's NIC, use them and give them back. */
export const check: Check = {
  scripts: podVfScripts,
  scriptLimitMs: ({ nic }) => SCRIPT_LIMIT_MS + nic.vfs.length * LIMIT_PER_VF_MS,
  async *run(world) {
    const atFirst = await readHome(world);
    const start = [...judgeStart(atFirst)];
    yield* start;
    let goOn = failuresOf({ assertions: start }).length === 0;
    try {
      if (goOn) goOn = yield* withPods(world, atFirst);
    } finally {
      const allBack = yield* giveBack(world, atFirst);
      goOn &&= allBack;
    }
    if (!goOn || parametersOf(podVf, world.target).reboot === 'off') return;
    yield* reboot(world, atFirst);
  },
};
