import type { CheckResult } from './result.js';

/** An assertion that ended differently in two runs. */
export interface AssertionChange {
  readonly check: string;
  readonly assertion: string;
  readonly change: 'fixed' | 'broken' | 'new, passes' | 'new, fails' | 'gone';
}

type Verdicts = ReadonlyMap<string, { check: string; assertion: string; ok: boolean }>;

function verdictsOf(checks: readonly CheckResult[]): Verdicts {
  return new Map(
    checks.flatMap(({ title: check, assertions }) =>
      assertions.map(
        ({ title, ok }) => [JSON.stringify([check, title]), { check, assertion: title, ok }] as const,
      ),
    ),
  );
}

/** The assertions that changed, in the order of the later run; those that are gone come last. */
export function assertionChanges(
  before: readonly CheckResult[],
  after: readonly CheckResult[],
): AssertionChange[] {
  const [first, second] = [verdictsOf(before), verdictsOf(after)];
  const changes: AssertionChange[] = [];
  for (const [key, { check, assertion, ok }] of second) {
    const old = first.get(key);
    if (old?.ok === ok) continue;
    if (old === undefined) changes.push({ check, assertion, change: ok ? 'new, passes' : 'new, fails' });
    else changes.push({ check, assertion, change: ok ? 'fixed' : 'broken' });
  }
  for (const [key, { check, assertion }] of first)
    if (!second.has(key)) changes.push({ check, assertion, change: 'gone' });
  return changes;
}
