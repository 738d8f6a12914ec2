import type { TestResult } from './result.js';

/** An assertion that is not in two runs alike. */
export interface AssertionChange {
  readonly check: string;
  readonly assertion: string;
  readonly change: 'mended' | 'broken' | 'new, passes' | 'new, fails' | 'gone';
}

type Verdicts = ReadonlyMap<string, { check: string; assertion: string; ok: boolean }>;

function verdictsOf(result: TestResult): Verdicts {
  return new Map(
    result.checks.flatMap(({ title: check, assertions }) =>
      assertions.map(
        ({ title, ok }) => [JSON.stringify([check, title]), { check, assertion: title, ok }] as const,
      ),
    ),
  );
}

/** What is otherwise in the later run, in its order; what is gone comes last. */
export function assertionChanges(before: TestResult, after: TestResult): AssertionChange[] {
  const [first, second] = [verdictsOf(before), verdictsOf(after)];
  const changes: AssertionChange[] = [];
  for (const [key, { check, assertion, ok }] of second) {
    const old = first.get(key);
    if (old?.ok === ok) continue;
    if (old === undefined) changes.push({ check, assertion, change: ok ? 'new, passes' : 'new, fails' });
    else changes.push({ check, assertion, change: ok ? 'mended' : 'broken' });
  }
  for (const [key, { check, assertion }] of first)
    if (!second.has(key)) changes.push({ check, assertion, change: 'gone' });
  return changes;
}
