import * as z from 'zod';
import type { VfPool } from '../../model/kubernetes.js';
import { addressToNumber, parseSubnet } from '../../model/ipv4.js';
import { hostAddress, type NicFunction } from '../../model/lab.js';
import { assertion, type Assertion } from '../check.js';

/** What pod-vf-facts.sh prints of each pod that runs, by its number. */
export const podFacts = z.record(
  z.string(),
  z.strictObject({
    container: z.string().describe('The container’s id'),
    restarts: z.int(),
    mac: z.string().describe('Of net1; empty if the pod has none'),
    address: z.string().describe('Of net1, with prefix length; empty if it has none'),
  }),
);

export type PodFacts = z.infer<typeof podFacts>;

/** What pod-vf-home.sh prints: the name and the MAC of each VF that is in the machine's own namespace, by the VF; empty for others. */
export const vfsAtHome = z.record(z.string(), z.string());

export type VfsAtHome = z.infer<typeof vfsAtHome>;

function isFrom({ subnet, addresses }: VfPool, address: string): boolean {
  const number = addressToNumber(hostAddress(address));
  return (
    number >= addressToNumber(addresses.first) &&
    number <= addressToNumber(addresses.last) &&
    address.endsWith(`/${parseSubnet(subnet).prefix}`)
  );
}

/** The VF that a pod holds, by its MAC. */
export function heldBy(facts: PodFacts, pod: string, vfs: readonly NicFunction[]): NicFunction | undefined {
  const mac = facts[pod]?.mac;
  return vfs.find((vf) => vf.mac === mac);
}

/** Each of these pods has a VF and an address of the pool, and no two have the same. */
export function* judgeFacts(
  facts: PodFacts,
  pods: readonly string[],
  pool: VfPool,
  vfs: readonly NicFunction[],
): Generator<Assertion> {
  for (const pod of pods) {
    const { mac = '', address = '' } = facts[pod] ?? {};
    const others = pods.filter((other) => other !== pod);
    const vf = heldBy(facts, pod, vfs);
    yield assertion(
      vf !== undefined,
      `pod ${pod}: net1 has the MAC of a VF of the lab`,
      mac === '' ? 'the pod has no net1' : `its MAC: ${mac}`,
      `the VFs’: ${vfs.map((one) => String(one.mac)).join(', ')}`,
    );
    yield assertion(
      isFrom(pool, address),
      `pod ${pod}: net1 has an address of the pool`,
      `its address: ${address === '' ? 'none' : address}`,
      `the pool’s: ${pool.addresses.first} to ${pool.addresses.last} of ${pool.subnet}`,
    );
    yield assertion(
      mac !== '' && others.every((other) => facts[other]?.mac !== mac && facts[other]?.address !== address),
      `pod ${pod}: no other pod has its VF or its address`,
      ...pods.map((one) => `pod ${one}: ${facts[one]?.mac ?? ''} ${facts[one]?.address ?? ''}`),
    );
  }
}

/** While pods hold VFs, those are not in the machine's own namespace, and all others are as before. */
export function judgeHome(
  before: VfsAtHome,
  now: VfsAtHome,
  held: readonly (NicFunction | undefined)[],
): Assertion[] {
  const away = held.flatMap((vf) => (vf === undefined ? [] : [vf.name]));
  return Object.keys(before).map((vf) => {
    const gone = away.includes(vf);
    const wanted = gone ? '' : before[vf];
    return assertion(
      now[vf] === wanted,
      gone
        ? `${vf}, which a pod holds, is no longer in the node’s own namespace`
        : `${vf}, which no pod holds, is in the node under its name and MAC`,
      `found: ${now[vf] ?? ''}`,
      `before: ${before[vf] ?? ''}`,
    );
  });
}

/** After the restart each pod still has its container, its VF and its address. */
export function judgeUnchanged(
  title: string,
  pods: readonly string[],
  before: PodFacts,
  after: PodFacts,
): Assertion[] {
  return pods.map((pod) =>
    assertion(
      before[pod] !== undefined && JSON.stringify(before[pod]) === JSON.stringify(after[pod]),
      `${title}: pod ${pod} has its container, its VF and its address as before`,
      `before: ${JSON.stringify(before[pod])}`,
      `after: ${JSON.stringify(after[pod])}`,
    ),
  );
}
