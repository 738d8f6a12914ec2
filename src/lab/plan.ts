import { kindNamed } from './parts/kinds.js';
import type { Part } from './parts/part.js';
import { isOfThisVersion, keyOf, type LabRecord, type PartKey, type RecordedPart } from './record.js';

export type Action = 'create' | 'keep' | 'replace' | 'remove';

/** One part of the lab, what becomes of it, and why. */
export interface PlanStep {
  readonly kind: string;
  readonly name: string;
  readonly action: Action;
  readonly reason: string;
}

type WantedPart = Pick<Part, 'kind' | 'name' | 'digest' | 'needs' | 'within'>;

const OTHER_VERSION = 'it was brought up by another version of lab';

/** What becomes of a part if nothing happens to the others. */
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

/** A part that cannot be made anew by itself has the one around it made anew, for its own reason. */
function spreadOutwards(parts: readonly WantedPart[], steps: Map<PartKey, PlanStep>): void {
  for (const part of [...parts].reverse()) {
    const step = steps.get(keyOf(part));
    const around = part.within === null ? undefined : steps.get(part.within);
    if (step?.action === 'replace' && around?.action === 'keep')
      steps.set(keyOf(around), { ...around, action: 'replace', reason: step.reason });
  }
}

/** What needs a part that is made anew is made anew as well. */
function spreadOnwards(parts: readonly WantedPart[], steps: Map<PartKey, PlanStep>): void {
  for (const part of parts) {
    const step = steps.get(keyOf(part));
    const renewed = part.needs.find((need) => steps.get(need)?.action !== 'keep');
    if (step?.action === 'keep' && renewed !== undefined)
      steps.set(keyOf(part), { ...step, action: 'replace', reason: `${renewed}, which it needs, is new` });
  }
}

/**
 * What `up` has to do, in order, from what has to exist (each part after those that it needs), what is recorded, and which of the
 * recorded parts are still there.
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
      return [key, verdict(part, recorded.get(key), there.has(key))];
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
