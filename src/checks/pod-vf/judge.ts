import { addressToNumber, parseSubnet } from '../../model/ipv4.js';
import type { VfPool } from '../../model/kubernetes.js';
import { hostAddress, type NicFunction } from '../../model/lab.js';
import { assertion, remark, type Assertion, type Finding } from '../check.js';
import { heldBy, type PodFacts, type VfsAtHome } from './facts.js';
import { AFTER_REBOOT } from './places.js';

type Judgement = Generator<Assertion, void, void>;

/** Before the check begins, no VF is missing: nobody else's pod holds one. */
export function* judgeStart(atFirst: VfsAtHome): Judgement {
  const missing = Object.keys(atFirst).filter((vf) => atFirst[vf] === '');
  yield assertion(
    missing.length === 0,
    'before: no pod holds a VF',
    `not in the node: ${missing.join(', ')}`,
    'delete the pods that hold them',
  );
}

function isFrom({ subnet, addresses }: VfPool, address: string): boolean {
  const number = addressToNumber(hostAddress(address));
  return (
    number >= addressToNumber(addresses.first) &&
    number <= addressToNumber(addresses.last) &&
    address.endsWith(`/${parseSubnet(subnet).prefix}`)
  );
}

/** Each of these pods has a VF and an address of the pool, and no two have the same. */
export function* judgeFacts(
  facts: PodFacts,
  pods: readonly string[],
  pool: VfPool,
  vfs: readonly NicFunction[],
): Judgement {
  for (const pod of pods) {
    const { mac = '', address = '' } = facts[pod] ?? {};
    const others = pods.filter((other) => other !== pod);
    yield assertion(
      heldBy(facts, pod, vfs) !== undefined,
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
export function* judgeHome(
  before: VfsAtHome,
  now: VfsAtHome,
  held: readonly (NicFunction | undefined)[],
): Judgement {
  const away = held.flatMap((vf) => (vf === undefined ? [] : [vf.name]));
  for (const vf of Object.keys(before)) {
    const gone = away.includes(vf);
    yield assertion(
      now[vf] === (gone ? '' : before[vf]),
      gone
        ? `${vf}, which a pod holds, is no longer in the node’s own namespace`
        : `${vf}, which no pod holds, is in the node under its name and MAC`,
      `found: ${now[vf] ?? ''}`,
      `before: ${before[vf] ?? ''}`,
    );
  }
}

/** Each pod still has its container, its VF and its address. */
export function* judgeUnchanged(
  title: string,
  pods: readonly string[],
  before: PodFacts,
  after: PodFacts,
): Judgement {
  for (const pod of pods)
    yield assertion(
      before[pod] !== undefined && JSON.stringify(before[pod]) === JSON.stringify(after[pod]),
      `${title}: pod ${pod} has its container, its VF and its address as before`,
      `before: ${JSON.stringify(before[pod])}`,
      `after: ${JSON.stringify(after[pod])}`,
    );
}

/** The pod for which no VF was left does not run. */
export function* judgeWaiting(title: string, last: string, facts: PodFacts): Judgement {
  yield assertion(
    facts[last] === undefined,
    `${title}: pod ${last}, for which no VF is left, still waits`,
    `it runs, with ${facts[last]?.mac ?? ''}`,
  );
}

/** The pod that has waited has the VF that another has given back. */
export function* judgeFreed(
  { pod, by }: { readonly pod: string; readonly by: string },
  before: PodFacts,
  after: PodFacts,
): Judgement {
  const freed = before[by]?.mac ?? '';
  yield assertion(
    freed !== '' && after[pod]?.mac === freed,
    `pod ${pod} has the VF that pod ${by} gave back`,
    `its MAC: ${after[pod]?.mac ?? ''}`,
    `that of pod ${by} was: ${freed}`,
  );
}

/**
 * After a reboot each pod has the VF that it had. Another pod may have taken its place if the kubelet has refused it, and for that reason
 * alone. `refused`: the kubelet's words, by the pod's UID.
 */
export function* judgeRebooted(
  pods: readonly string[],
  before: PodFacts,
  after: PodFacts,
  refused: Readonly<Record<string, string>>,
): Generator<Finding, void, void> {
  for (const pod of pods) {
    const was = before[pod];
    const now = after[pod];
    const said = was === undefined || was.uid === now?.uid ? undefined : refused[was.uid];
    yield assertion(
      was !== undefined &&
        now !== undefined &&
        (said !== undefined || (was.uid === now.uid && was.mac === now.mac)),
      `${AFTER_REBOOT}: pod ${pod} has its VF as before, unless the kubelet has refused the pod`,
      `before: ${JSON.stringify(was)}`,
      `after: ${JSON.stringify(now)}`,
    );
    if (said !== undefined)
      yield remark(`${AFTER_REBOOT}: the kubelet refused pod ${pod}, and another took its place: ${said}`);
  }
}

/** These VFs are in the node as before. */
export function* judgeReturn(
  title: string,
  vfs: readonly string[],
  before: VfsAtHome,
  now: VfsAtHome,
): Judgement {
  for (const vf of vfs)
    yield assertion(
      now[vf] !== undefined && now[vf] === before[vf],
      `${title}: ${vf} is back in the node under its name and MAC`,
      `found: ${now[vf] ?? ''}`,
      `before: ${before[vf] ?? ''}`,
    );
}
