import type { LabFile } from '../model/lab-file.js';
import { shapeIssues, valueAt, type PlacedIssue } from './issues.js';
import type { Path } from './load.js';
import { nearest } from './nearest.js';
import { keysAt } from './schema-at.js';
import { labShape } from './shape.js';

/** More than a definition is deep, times the tries at each place. */
const MAX_ROUNDS = 50;

/** What is left of a definition whose shape is wrong, for the rules to look at. */
export interface Pruned {
  readonly lab: LabFile;
  /** The places of what was taken out, or emptied. */
  readonly gone: readonly Path[];
}

/**
 * In a path keys and names take turns: `machines`, guest, `nics`, pf0, `vfs`, 0, `mac`. So an even number of parts leads
 * to something with a name of its own (or a number), an odd one to a setting.
 */
export function isNamed(path: Path): boolean {
  return path.length % 2 === 0;
}

class Pruning {
  readonly #root: { definition: unknown };
  readonly #tries = new Map<string, number>();
  readonly gone: Path[] = [];

  constructor(written: unknown) {
    this.#root = { definition: structuredClone(written) };
  }

  get value(): unknown {
    return this.#root.definition;
  }

  remove({ issue, path }: PlacedIssue): void {
    if (issue.code === 'invalid_key') {
      this.#delete(path);
    } else if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        this.#delete([...path, key]);
        const meant = nearest(key, keysAt(path));
        if (meant !== undefined) this.gone.push([...path, meant]);
      }
    } else {
      this.#remove(path);
    }
  }

  /** Each time that a place is wrong still, more of it goes; at last what it is part of. */
  #remove(path: Path): void {
    const id = JSON.stringify(path);
    const tries = this.#tries.get(id) ?? 0;
    this.#tries.set(id, tries + 1);
    const inList = Array.isArray(valueAt(this.value, path.slice(0, -1)));
    // What has a name is emptied first, so that it is still there for those who name it.
    const steps = isNamed(path) ? ['empty', inList ? 'owner' : 'delete'] : ['delete', 'empty'];
    const step = path.length === 0 ? 'empty' : (steps[tries] ?? 'owner');
    if (step === 'empty') this.#empty(path);
    else if (step === 'delete') this.#delete(path);
    else this.#remove(path.slice(0, -1));
  }

  #owner(path: Path): Record<string, unknown> {
    const owner = valueAt(this.#root, ['definition', ...path].slice(0, -1));
    return typeof owner === 'object' && owner !== null ? (owner as Record<string, unknown>) : {};
  }

  #empty(path: Path): void {
    this.gone.push(path);
    this.#owner(path)[path.at(-1) ?? 'definition'] = {};
  }

  #delete(path: Path): void {
    this.gone.push(path);
    Reflect.deleteProperty(this.#owner(path), path.at(-1) ?? 'definition');
  }
}

/**
 * Takes out of a definition, bit by bit, what its shape does not allow, until the rest has the right shape; undefined
 * if it never has.
 */
export function prune(written: unknown): Pruned | undefined {
  const pruning = new Pruning(written);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const issues = shapeIssues(pruning.value);
    if (issues.length === 0) return { lab: labShape.parse(pruning.value), gone: pruning.gone };
    for (const issue of issues) pruning.remove(issue);
  }
  return undefined;
}
