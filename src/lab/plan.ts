import { kindNamed } from './parts/kinds.js';
import type { Part } from './parts/part.js';
import { isOfThisVersion, keyOf, type LabRecord, type PartKey, type RecordedPart } from './record.js';

export type Action = 'create' | 'keep' | 'replace' | 'remove';

/** What happens to one part of the lab, and why. */
export interface PlanStep {
  readonly kind: string;
  readonly name: string;
  readonly action: Action;
  readonly reason: string;
}

type WantedPart = Pick<Part, 'kind' | 'name' | 'digest' | 'needs' | 'within'>;

const OTHER_VERSION = 'it was brought up by another version of lab';

/** What happens to a part if nothing happens to the others. */
function verdict(part: WantedPart, recorded: RecordedPart | undefined, there: boolean): PlanStep {
  const { kind, name } = part;
  const { words } = kindNamed(kind);
  const replace = (reason: string): PlanStep => ({ kind, name, action: 'replace', reason });
  if (recorded === undefined) return { kind, name, action: 'create', reason: words.absent };
  if (recorded.state === 'starting') return replace(words.interrupted);
  if (!there) return replace(words.ended);
  if (recorded.digest !== part.digest) return replace(words.changed);
  return { kind, name, action: 'keep', reason: words.kept };
}

/** If a part is replaced that cannot be replaced alone, the part around it is replaced too, for the same reason. */
function spreadOutwards(parts: readonly WantedPart[], steps: Map<PartKey, PlanStep>): void {
  for (const part of [...parts].reverse()) {
    const step = steps.get(keyOf(part));
    const around = part.within === null ? undefined : steps.get(part.within);
    if (step?.action === 'replace' && around?.action === 'keep')
      steps.set(keyOf(around), { ...around, action: 'replace', reason: step.reason });
  }
}

/** If a part is replaced, the parts that need it are replaced too. */
function spreadOnwards(parts: readonly WantedPart[], steps: Map<PartKey, PlanStep>): void {
  for (const part of parts) {
    const step = steps.get(keyOf(part));
    const renewed = part.needs.find((need) => steps.get(need)?.action !== 'keep');
    if (step?.action === 'keep' && renewed !== undefined)
      steps.set(keyOf(part), { ...step, action: 'replace', reason: `it needs ${renewed}, which is new` });
  }
}

/**
 * The steps of `up`, in order. `parts`: what has to exist, each part after those that it needs. `there`: the recorded parts that still
 * exist.
 */
export function planUp(
  parts: readonly WantedPart[],
  record: LabRecord | undefined,
  there: ReadonlySet<PartKey>,
): PlanStep[] {
  const known = record !== undefined && isOfThisVersion(record) ? record.parts : [];
  const recorded = new Map(known.map((part) => [keyOf(part), part]));
  const steps = new Map(
    parts.map((part) => {
      const key = keyOf(part);
      // What needs a part that has ended counts as gone with it. That part is the reason then.
      const lost = part.needs.some((need) => recorded.has(need) && !there.has(need));
      return [key, verdict(part, recorded.get(key), lost || there.has(key))];
    }),
  );
  spreadOutwards(parts, steps);
  spreadOnwards(parts, steps);
  const [first, ...others] = steps.values();
  const otherVersion = record !== undefined && !isOfThisVersion(record) && record.holder !== null;
  const namespace: PlanStep[] =
    first === undefined
      ? []
      : [otherVersion ? { ...first, action: 'replace', reason: OTHER_VERSION } : first];
  const removed = known
    .filter((part) => !steps.has(keyOf(part)))
    .map(({ kind, name }): PlanStep => ({
      kind,
      name,
      action: 'remove',
      reason: 'it is no longer in the definition',
    }));
  return [...removed, ...namespace, ...others];
}

export function changesAnything(plan: readonly PlanStep[]): boolean {
  return plan.some(({ action }) => action !== 'keep');
}
