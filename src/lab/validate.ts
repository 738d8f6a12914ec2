import type { z } from 'zod';
import type { Problem } from '../errors/lab-error.js';
import { DefinitionError } from '../errors/families.js';
import type { LabFile } from '../model/lab-file.js';
import type { Definition, Path } from './load.js';
import { findRuleProblems } from './rules/rules.js';
import { labShape } from './shape.js';
import { nearest } from './nearest.js';

type Issue = z.core.$ZodIssue;

const KEYS_BY_PLACE: readonly { readonly place: RegExp; readonly keys: readonly string[] }[] = [
  { place: /^$/, keys: ['name', 'summary', 'takes', 'networks', 'peers', 'machines', 'checks'] },
  { place: /^networks\/[^/]+$/, keys: ['subnet', 'mtu'] },
  { place: /^peers\/[^/]+$/, keys: ['network', 'address'] },
  { place: /^machines\/[^/]+$/, keys: ['image', 'cpus', 'memory', 'kernelArguments', 'nics'] },
  { place: /^machines\/[^/]+\/nics\/[^/]+$/, keys: ['model', 'backend', 'mac', 'mtu', 'vfs'] },
  { place: /^machines\/[^/]+\/nics\/[^/]+\/vfs\/\d+$/, keys: ['mac', 'mtu', 'backend'] },
];

function unknownKeyHint(path: Path, key: string): string {
  const keys = KEYS_BY_PLACE.find(({ place }) => place.test(path.join('/')))?.keys ?? [];
  const meant = nearest(key, keys);
  if (meant !== undefined) return `did you mean \`${meant}\`?`;
  return keys.length === 0 ? 'remove it' : `remove it; what may stand here: ${keys.join(', ')}`;
}

function excerpt(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, path: Path, definition: Definition): Problem[] {
  return issue.keys.map((key) => ({
    code: 'LAB-SHAPE-KEY',
    message: `unknown key \`${key}\`${path.length === 0 ? '' : ` in ${path.join('.')}`}`,
    location: definition.locate([...path, key], { key: true }),
    hint: unknownKeyHint(path, key),
  }));
}

/** Of the forms that a value may have, the one that was meant: its problems lie within the value. */
function meantForm(issue: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  const within = issue.errors.filter((issues) => issues.every(({ path }) => path.length > 0));
  return within.length === 1 ? within[0] : undefined;
}

function problemsOf(issue: Issue, definition: Definition, parent: Path = []): Problem[] {
  const path = [...parent, ...issue.path.filter((part) => typeof part !== 'symbol')];
  const value = valueAt(definition.value, path);
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue, path, definition);
  if (issue.code === 'invalid_key') {
    return [
      {
        code: 'LAB-SHAPE-NAME',
        message: `\`${String(path.at(-1))}\` is no name for a part of a lab`,
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
        location: definition.locate(path.slice(0, -1), { key: true }),
        hint: `add it; it ${issue.message}`,
      },
    ];
  }
  const meant = issue.code === 'invalid_union' ? meantForm(issue) : undefined;
  if (meant !== undefined) return meant.flatMap((inner) => problemsOf(inner, definition, path));
  return [
    {
      code: 'LAB-SHAPE-VALUE',
      message: `${path.length === 0 ? 'the definition' : `\`${path.join('.')}\``} is ${excerpt(value)}`,
      location: definition.locate(path),
      hint: `it ${issue.message}`,
    },
  ];
}

function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const part of path) current = (current as Record<string, unknown> | null | undefined)?.[part];
  return current;
}

/**
 * Checks a definition's shape and rules and returns it typed. Throws DefinitionError with every problem at once,
 * in the order in which they stand in the file.
 */
export function validateDefinition(definition: Definition): LabFile {
  const parsed = labShape.safeParse(definition.value);
  const problems = parsed.success
    ? findRuleProblems(parsed.data, definition)
    : parsed.error.issues.flatMap((issue) => problemsOf(issue, definition));
  problems.sort(
    (a, b) =>
      (a.location?.line ?? 0) - (b.location?.line ?? 0) ||
      (a.location?.column ?? 0) - (b.location?.column ?? 0),
  );
  const [first, ...others] = problems;
  if (first !== undefined) throw new DefinitionError([first, ...others]);
  return parsed.data as LabFile;
}
