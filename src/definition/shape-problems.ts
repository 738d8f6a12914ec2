import type { Problem } from '../errors/lab-error.js';
import { shapeIssues, valueAt, type PlacedIssue } from './issues.js';
import type { Definition, Path } from './load.js';
import { nearest } from './nearest.js';
import { keysAt, wordsAt } from './schema-at.js';
import { withoutWrongNames } from './wrong-names.js';

const MAX_EXCERPT = 60;

function excerpt(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  const text = JSON.stringify(value);
  return text.length > MAX_EXCERPT ? `${text.slice(0, MAX_EXCERPT - 3)}...` : text;
}

function unknownKeyHint(path: Path, key: string): string {
  const keys = keysAt(path);
  const meant = nearest(key, keys);
  if (meant !== undefined) return `did you mean \`${meant}\`?`;
  return keys.length === 0 ? 'remove it' : `remove it; what may stand here: ${keys.join(', ')}`;
}

function valueHint(path: Path, value: unknown, message: string): string {
  const meant = typeof value === 'string' ? nearest(value, wordsAt(path)) : undefined;
  return meant === undefined ? `it ${message}` : `did you mean \`${meant}\`?`;
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

/** All that is wrong with the shape, what stands under a wrong name included. */
export function findShapeProblems(definition: Definition): Problem[] {
  const { value, wrong, original } = withoutWrongNames(definition.value);
  const others = shapeIssues(value).map(({ issue, path }) => ({ issue, path: original(path) }));
  return [...wrong, ...others].flatMap((issue) => problemsOf(issue, definition));
}
