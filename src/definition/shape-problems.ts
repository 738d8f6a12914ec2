import type * as z from 'zod';
import type { Problem } from '../errors/lab-error.js';
import type { Definition } from './load.js';
import { didYouMean } from '../model/nearest.js';
import { valueAt, type Path } from './path.js';
import { refuse } from './refuse.js';
import { saidByFlag } from './said-by-flags.js';
import { keysAt, wordsAt } from './schema-at.js';
import { labShape, type ParsedLab } from './shape.js';

type Issue = z.core.$ZodIssue;

/** What is wrong with the shape of a definition, at one place. */
interface PlacedIssue {
  readonly issue: Issue;
  readonly path: Path;
}

/** Issues with the value itself that say which form it has. */
const OF_THE_FORM: readonly (string | undefined)[] = ['unrecognized_keys', 'custom'];

function isMeant(issues: readonly Issue[], value: unknown): boolean {
  return issues.every(({ code, path }) =>
    path.length === 0
      ? OF_THE_FORM.includes(code)
      : valueAt(value, path as (string | number)[]) !== undefined,
  );
}

/** Of the forms that a value may have, the intended one: what is wrong lies within it, and nothing is missing. */
function meantForm(issue: z.core.$ZodIssueInvalidUnion, value: unknown): readonly Issue[] | undefined {
  const meant = issue.errors.filter((issues) => isMeant(issues, value));
  return meant.length === 1 ? meant[0] : undefined;
}

/** An issue as near to its place as is known. */
function placed(issue: Issue, parent: Path, value: unknown): PlacedIssue[] {
  const path = [...parent, ...issue.path.filter((part) => typeof part !== 'symbol')];
  const meant = issue.code === 'invalid_union' ? meantForm(issue, valueAt(value, path)) : undefined;
  return meant?.flatMap((inner) => placed(inner, path, value)) ?? [{ issue, path }];
}

const MAX_EXCERPT = 60;

function excerpt(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  const text = JSON.stringify(value);
  return text.length > MAX_EXCERPT ? `${text.slice(0, MAX_EXCERPT - 3)}...` : text;
}

function unknownKeyHint(path: Path, key: string): string {
  const keys = keysAt(path);
  const others = keys.length === 0 ? 'remove it' : `remove it; the keys that can be here: ${keys.join(', ')}`;
  return saidByFlag(key) ?? didYouMean(key, keys, others);
}

function valueHint(path: Path, value: unknown, message: string): string {
  const rule = `it ${message}`;
  return typeof value === 'string' ? didYouMean(value, wordsAt(path), rule) : rule;
}

function problemsOf({ issue, path }: PlacedIssue, definition: Definition): Problem[] {
  const value = valueAt(definition.value, path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      code: 'LAB-SHAPE-KEY',
      message: `unknown key \`${key}\`${path.length === 0 ? '' : ` in ${path.join('.')}`}`,
      location: definition.locate([...path, key], { key: true }),
      hint: unknownKeyHint(path, key),
    }));
  }
  if (issue.code === 'invalid_key') {
    return [
      {
        code: 'LAB-SHAPE-NAME',
        message: `\`${String(path.at(-1))}\` is an invalid name`,
        location: definition.locate(path, { key: true }),
        hint: `it ${issue.issues[0]?.message ?? 'must be a name'}`,
      },
    ];
  }
  if (value === undefined && path.length > 0) {
    return [
      {
        code: 'LAB-SHAPE-MISSING',
        message: `\`${path.join('.')}\` is missing`,
        location: definition.locate(path, { missing: true }),
        hint: `add it; it ${issue.message}`,
      },
    ];
  }
  return [
    {
      code: 'LAB-SHAPE-VALUE',
      message: `${path.length === 0 ? 'the definition' : `\`${path.join('.')}\``} is ${excerpt(value)}`,
      location: definition.locate(path),
      hint: valueHint(path, value, issue.message),
    },
  ];
}

/** A definition as its shape types it. Throws DefinitionError with everything that is wrong with the shape. */
export function parseShape(definition: Definition): ParsedLab {
  const parsed = labShape.safeParse(definition.value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .flatMap((issue) => placed(issue, [], definition.value))
    .flatMap((issue) => problemsOf(issue, definition));
  return refuse(problems, definition.file);
}
