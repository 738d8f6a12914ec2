import * as z from 'zod';
import type { NicFunction } from '../../model/lab.js';
import { waitBriefly } from '../../process/wait-for.js';
import { dataOf, failuresOf, type Finding, type World } from '../check.js';
import { controlPlaneOf } from '../kubernetes-place.js';
import { pathsOf } from './places.js';

/** The kubelet frees what a pod that was killed by force held at its leisure. */
const RETURN_LIMIT_MS = 180_000;
const RETURN_POLL_MS = 2000;

/** What pod-vf-facts.sh prints of each pod that runs, by its number. */
const podFacts = z.record(
  z.string(),
  z.strictObject({
    uid: z.string().describe('The pod’s, which no other of that name has'),
    container: z.string().describe('The container’s id'),
    restarts: z.int(),
    mac: z.string().describe('Of net1; empty if the pod has none'),
    address: z.string().describe('Of net1, with prefix length; empty if it has none'),
  }),
);

export type PodFacts = z.infer<typeof podFacts>;

/** What pod-vf-home.sh prints: the name and the MAC of each VF that is in the machine's own namespace, by the VF; empty for others. */
const vfsAtHome = z.record(z.string(), z.string());

export type VfsAtHome = z.infer<typeof vfsAtHome>;

/** The VF that a pod holds, by its MAC. */
export function heldBy(facts: PodFacts, pod: string, vfs: readonly NicFunction[]): NicFunction | undefined {
  const mac = facts[pod]?.mac;
  return vfs.find((vf) => vf.mac === mac);
}

export async function* readFacts(world: World): AsyncGenerator<Finding, PodFacts, void> {
  const { target } = world;
  const output = await world.run(pathsOf(target).facts, controlPlaneOf(target));
  yield* failuresOf(output);
  return podFacts.parse(output.data.at(0) ?? {});
}

export async function readHome(world: World): Promise<VfsAtHome> {
  return dataOf(await world.run(pathsOf(world.target).home), vfsAtHome);
}

/** The VFs as they are once `isHome` says so; as they are in the end when that takes too long. */
export async function homeOnce(world: World, isHome: (now: VfsAtHome) => boolean): Promise<VfsAtHome> {
  let now: VfsAtHome = {};
  const ask = async (): Promise<true | undefined> => {
    now = await readHome(world);
    return isHome(now) ? true : undefined;
  };
  await waitBriefly({ ask, everyMs: RETURN_POLL_MS, limitMs: RETURN_LIMIT_MS }, world.signal);
  return now;
}
