import { specOf, type CheckName } from '../checks/catalog.js';
import type { CheckedNic } from '../checks/spec.js';
import type { Segment } from '../model/lab.js';
import { clusterUseOf } from './cluster.js';
import type { Draft, DraftNic } from './draft.js';
import { groupedBy, ofDraft } from './of-draft.js';
import { isStorage, modelOf, outerUses, segmentBehind, vfsOf } from './relations.js';

/** A NIC as a check sees it. */
interface CheckCandidate {
  readonly nic: DraftNic;
  readonly checked: CheckedNic;
  /** Whether a machine inside the machine uses one of its functions. */
  readonly usedInside: boolean;
}

function endsOf(draft: Draft, { functions }: DraftNic): (Segment | null)[] {
  return functions.flatMap(({ machine, backend }) => {
    if (backend?.type === 'user') return [null];
    return segmentBehind(draft, machine, backend) ?? [];
  });
}

const allCandidates = ofDraft((draft): readonly CheckCandidate[] =>
  draft.machines.flatMap(({ name, nics }) => {
    const used = new Set(outerUses(draft, name));
    return nics.map((nic) => ({
      nic,
      checked: {
        storage: isStorage(nic),
        vfs: vfsOf(nic).length,
        ownBackends: modelOf(nic)?.vfs !== 'fixed',
        ends: endsOf(draft, nic),
        cluster: clusterUseOf(draft, nic),
      },
      usedInside: nic.functions.some(({ id }) => used.has(id)),
    }));
  }),
);

const candidatesByMachine = ofDraft((draft) => groupedBy(allCandidates(draft), ({ nic }) => nic.machine));

/** No check asks for more peers on one segment. */
const ENOUGH_PEERS = 2;

/** By network: the segments that peers are on, each as often as a check may ask. */
const peersByNetwork = ofDraft(({ peers }) => {
  const bySegment = groupedBy(peers, ({ network, vlan }) => `${network} ${vlan}`);
  const enough = [...bySegment.values()].flatMap((there) => there.slice(0, ENOUGH_PEERS));
  return groupedBy(
    enough.map(({ network, vlan }): Segment => ({ network, vlan })),
    ({ network }) => network,
  );
});

/** The segments of peers on the networks of a NIC: those of others are nothing to a check. */
function peersNear(draft: Draft, { ends }: CheckedNic): readonly Segment[] {
  const networks = new Set(ends.flatMap((end) => end?.network ?? []));
  return [...networks].flatMap((network) => peersByNetwork(draft).get(network) ?? []);
}

/** A NIC that a check applies to. */
export interface FittingNic extends CheckCandidate {
  /** Whether the check must leave it alone: a machine inside uses it, or the cluster, and the check is not about that. */
  readonly inUse: boolean;
}

/** The NICs that a check applies to, on one machine or, for null, on any. NICs that are in use are among them. */
export function fittingNics(
  draft: Draft,
  { name, machine }: { readonly name: CheckName; readonly machine: string | null },
): readonly FittingNic[] {
  const { scope, fits } = specOf(name);
  const candidates =
    machine === null ? allCandidates(draft) : (candidatesByMachine(draft).get(machine) ?? []);
  return candidates
    .filter(({ checked }) => fits(checked, peersNear(draft, checked)))
    .map((candidate) => ({
      ...candidate,
      inUse: candidate.usedInside || (scope === 'nic' && candidate.checked.cluster !== null),
    }));
}
