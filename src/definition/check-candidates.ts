import { specOf, type CheckName } from '../checks/catalog.js';
import type { CheckedNic } from '../checks/spec.js';
import type { Segment } from '../model/lab.js';
import { clusterUseOf } from './cluster.js';
import type { Draft, DraftNic } from './draft.js';
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

/** The NICs of a definition, for fittingNics to choose from. */
export function checkCandidates(draft: Draft): readonly CheckCandidate[] {
  return draft.machines.flatMap(({ name, nics }) => {
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
  });
}

/** A NIC that a check applies to. */
export interface FittingNic extends CheckCandidate {
  /** Whether the check must leave it alone: a machine inside uses it, or the cluster, and the check is not about that. */
  readonly inUse: boolean;
}

/** The NICs that a check applies to, on one machine or, for null, on any. NICs that are in use are among them. */
export function fittingNics(
  candidates: readonly CheckCandidate[],
  { name, machine }: { readonly name: CheckName; readonly machine: string | null },
  peers: readonly Segment[],
): readonly FittingNic[] {
  const { scope, fits } = specOf(name);
  return candidates
    .filter(({ nic }) => machine === null || nic.machine === machine)
    .filter(({ checked }) => fits(checked, peers))
    .map((candidate) => ({
      ...candidate,
      inUse: candidate.usedInside || (scope === 'nic' && candidate.checked.cluster !== null),
    }));
}
