import * as z from 'zod';
import { waitBriefly } from '../../process/wait-for.js';
import { assertion, type Findings, type World } from '../check.js';
import { clusterOf, controlPlaneOf } from '../kubernetes-place.js';
import type { PodFacts } from './facts.js';
import { pathsOf, podsOf } from './places.js';

/** The driver writes it once the pod has its VF, and again if the API server was busy. */
const STATUS_LIMIT_MS = 60_000;
const STATUS_POLL_MS = 1000;

/** What pod-vf-claims.sh prints: what the status of its claim says of a pod's VF, by the pod's number. Empty where it says nothing. */
const claimsShape = z.record(
  z.string(),
  z.strictObject({ interface: z.string(), mac: z.string(), addresses: z.string() }),
);

type Claims = z.infer<typeof claimsShape>;

function isAsTold(pod: string, claims: Claims, facts: PodFacts): boolean {
  const told = claims[pod];
  const found = facts[pod];
  if (told === undefined || found === undefined) return false;
  return told.interface === 'net1' && told.mac === found.mac && told.addresses === found.address;
}

/** With DRA, the status of each pod's claim names its interface, with the MAC and the address that the pod sees. */
export async function* claimsTell(world: World, facts: PodFacts): Findings {
  const { target, signal } = world;
  if (clusterOf(target).vfs !== 'dra') return;
  const pods = podsOf(target);
  let claims: Claims = {};
  const ask = async (): Promise<true | undefined> => {
    const { data } = await world.run(pathsOf(target).claims, controlPlaneOf(target));
    claims = claimsShape.parse(data.at(0) ?? {});
    return pods.every((pod) => isAsTold(pod, claims, facts)) ? true : undefined;
  };
  await waitBriefly({ ask, everyMs: STATUS_POLL_MS, limitMs: STATUS_LIMIT_MS }, signal);
  for (const pod of pods)
    yield assertion(
      isAsTold(pod, claims, facts),
      `pod ${pod}: the status of its claim names net1, its MAC and its address`,
      `the status: ${JSON.stringify(claims[pod])}`,
      `the pod: ${JSON.stringify(facts[pod])}`,
    );
}
