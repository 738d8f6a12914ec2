import type * as z from 'zod';
import type { Path } from './load.js';
import { labShape } from './shape.js';

type Issue = z.core.$ZodIssue;

/** What is wrong with the shape of a definition, at one place. */
export interface PlacedIssue {
  readonly issue: Issue;
  readonly path: Path;
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return undefined;
    current = (current as Record<string, unknown>)[part];
  }
  return current;
}

function isMeant(issues: readonly Issue[], value: unknown): boolean {
  return issues.every(({ code, path }) =>
    path.length === 0
      ? code === 'unrecognized_keys'
      : valueAt(value, path as (string | number)[]) !== undefined,
  );
}

/** Of the forms that a value may have, the one that was meant: what is wrong lies within it, and nothing lacks. */
function meantForm(issue: z.core.$ZodIssueInvalidUnion, value: unknown): readonly Issue[] | undefined {
  const meant = issue.errors.filter((issues) => isMeant(issues, value));
  return meant.length === 1 ? meant[0] : undefined;
}

function placed(issue: Issue, parent: Path, value: unknown): PlacedIssue[] {
  const path = [...parent, ...issue.path.filter((part) => typeof part !== 'symbol')];
  const meant = issue.code === 'invalid_union' ? meantForm(issue, valueAt(value, path)) : undefined;
  return meant?.flatMap((inner) => placed(inner, path, value)) ?? [{ issue, path }];
}

/** Everything that is wrong with the shape of a definition, each as near to its place as can be told. */
export function shapeIssues(value: unknown): PlacedIssue[] {
  const parsed = labShape.safeParse(value);
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => placed(issue, [], value));
}
