import * as z from 'zod';
import { retitled, type Findings, type World } from '../check.js';
import { controlPlaneOf, passes } from '../kubernetes-place.js';
import { reboots } from '../reboots.js';
import { claimsTell } from './claims.js';
import { eachToFarEnd } from './exchange.js';
import { openFarEnd } from './far-end.js';
import { heldBy, readFacts, readHome, type VfsAtHome } from './facts.js';
import { judgeFacts, judgeHome, judgeRebooted } from './judge.js';
import { AFTER_REBOOT, pathsOf, podsOf, poolOf } from './places.js';

/** What pod-vf-refused.sh prints: the kubelet's words, by the pod's UID. */
const refusals = z.record(z.string(), z.string());

/**
 * The node reboots while pods hold VFs. The pods are a StatefulSet's: after a reboot a kubelet that hears of its pods before the device
 * plugin has registered refuses those with VFs for good (UnexpectedAdmissionError).
 * Nobody would replace pods without an owner.
 */
export async function* rebootWithPods(world: World, atFirst: VfsAtHome): Findings {
  const { target } = world;
  const { vfs } = target.nic;
  const paths = pathsOf(target);
  const pods = podsOf(target);
  if (!(yield* passes(world, paths.replaced))) return;
  const before = yield* readFacts(world);
  if (!(yield* reboots(world)) || !(yield* passes(world, paths.rebooted))) return;
  const after = yield* readFacts(world);
  const { data } = await world.run(paths.refused, controlPlaneOf(target));
  const refused = refusals.parse(data.at(0) ?? {});
  yield* judgeRebooted(pods, before, after, refused);
  yield* retitled(AFTER_REBOOT, judgeFacts(after, pods, poolOf(target), vfs));
  yield* retitled(AFTER_REBOOT, claimsTell(world, after));
  const held = pods.map((pod) => heldBy(after, pod, vfs));
  yield* retitled(AFTER_REBOOT, judgeHome(atFirst, await readHome(world), held));
  yield* retitled(AFTER_REBOOT, openFarEnd(world));
  yield* retitled(AFTER_REBOOT, eachToFarEnd(world));
}
