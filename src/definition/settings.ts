import { parseDocument } from 'yaml';
import { UsageError } from '../errors/families.js';
import type { Location } from '../errors/lab-error.js';
import { structureProblems } from './yaml-structure.js';
import { keepHexPlaces } from './hex-places.js';
import type { Definition } from './load.js';
import { nearest } from '../model/nearest.js';
import { valueAt, type Path } from './path.js';
import { takesNames } from './schema-at.js';

const MAX_DEPTH = 20;

/** A change to a definition, as `--set PATH=VALUE` says it. */
interface Setting {
  readonly text: string;
  readonly path: readonly [string, ...string[]];
  /** Undefined: remove the value at the path. */
  readonly value: unknown;
}

function refuse(text: string, message: string, hint: string): never {
  throw new UsageError({ code: 'LAB-SET', message, location: placeOf(text), hint });
}

function placeOf(text: string): Location {
  return { file: `--set ${text}` };
}

function parseValue(text: string, key: string | undefined, written: string): unknown {
  const quote = 'the value is YAML: quote special characters, both for the shell and for YAML';
  if (written.trim() === '')
    return refuse(
      text,
      'there is no value after `=`',
      'write null to remove the key, {} for an empty mapping',
    );
  try {
    const document = parseDocument(written, { uniqueKeys: false, prettyErrors: false, version: '1.2' });
    const problems = structureProblems(document, () => placeOf(text));
    const [error] = [...document.errors, ...document.warnings, ...problems];
    if (error !== undefined) throw new Error(error.message);
    keepHexPlaces(document, key);
    return document.toJS() as unknown;
  } catch (thrown) {
    return refuse(text, `the value is not YAML: ${(thrown as Error).message}`, quote);
  }
}

function parseSetting(text: string): Setting {
  const end = text.indexOf('=');
  const example = 'write PATH=VALUE, such as machines.guest.cpus=4';
  if (end < 0) return refuse(text, 'there is no `=`', example);
  const [first = '', ...others] = text.slice(0, end).split('.');
  if ([first, ...others].includes('')) return refuse(text, 'the path is empty, or a part of it is', example);
  if (others.length > MAX_DEPTH) return refuse(text, 'the path is deeper than any definition', example);
  const path: [string, ...string[]] = [first, ...others];
  return { text, path, value: parseValue(text, path.at(-1), text.slice(end + 1)) ?? undefined };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Refuses to change a part that has a name and is not there: a mistyped name would make another machine, say. Setting the whole of such a
 * part adds it.
 */
function refuseUnknownName(value: unknown, { text, path }: Setting): void {
  const passed: (string | number)[] = [];
  let current = value;
  for (const part of path.slice(0, -1)) {
    const parts = isMapping(current) ? current : {};
    if (!Array.isArray(current) && !Object.hasOwn(parts, part) && takesNames(passed))
      refuseName(text, passed.join('.'), part, Object.keys(parts));
    const isListed = Array.isArray(current);
    passed.push(isListed ? Number(part) : part);
    current = isListed ? (current as readonly unknown[])[Number(part)] : parts[part];
  }
}

function refuseName(text: string, owner: string, name: string, known: readonly string[]): never {
  const meant = nearest(name, known);
  const others = known.length === 0 ? `\`${owner}\` has no parts` : `there are: ${known.join(', ')}`;
  return refuse(
    text,
    `there is no \`${owner}.${name}\``,
    `${meant === undefined ? others : `did you mean \`${owner}.${meant}\`?`}; to add it, set it as a whole: --set '${owner}.${name}={ ... }'`,
  );
}

function apply(value: unknown, setting: Setting): unknown {
  refuseUnknownName(value, setting);
  return changed(value, setting, 0);
}

/** The value with one place changed. The parts around it are copied, so that an alias changes in this place alone. */
function changed(value: unknown, setting: Setting, depth: number): unknown {
  const part = setting.path[depth];
  if (part === undefined) return setting.value;
  const where = `\`${setting.path.slice(0, depth).join('.')}\``;
  if (Array.isArray(value)) return changedList(value, setting, depth);
  if (typeof value !== 'object' && value !== undefined) {
    return refuse(
      setting.text,
      `${where} is ${JSON.stringify(value)}, which has no parts`,
      'set it as a whole, to a list or a mapping',
    );
  }
  const mapping = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { [part]: before, ...others } = mapping;
  const isThere = Object.hasOwn(mapping, part);
  const after = changed(isThere ? before : undefined, setting, depth + 1);
  if (after !== undefined) return { ...mapping, [part]: after };
  return isThere ? others : refuseToRemove(setting);
}

function changedList(list: readonly unknown[], setting: Setting, depth: number): unknown[] {
  const part = setting.path[depth] ?? '';
  const index = Number(part);
  if (!/^\d+$/.test(part) || index > list.length) {
    return refuse(
      setting.text,
      `\`${setting.path.slice(0, depth).join('.')}\` is a list of ${list.length}, and \`${part}\` is not a place in it`,
      `its places are numbers from 0; ${list.length} adds one`,
    );
  }
  const after = changed(list[index], setting, depth + 1);
  if (after !== undefined) return [...list.slice(0, index), after, ...list.slice(index + 1)];
  return index < list.length ? list.filter((_, other) => other !== index) : refuseToRemove(setting);
}

function refuseToRemove({ text, path }: Setting): never {
  return refuse(text, `there is no \`${path.join('.')}\` to remove`, 'leave it out, or correct the path');
}

function beginsWith(path: Path, beginning: Path): boolean {
  return beginning.every((part, index) => String(path[index]) === String(part));
}

/** Where a part is that comes from a setting; undefined for one from the file. */
function locate(before: Definition, settings: readonly Setting[], path: Path): Location | undefined {
  const isWritten = valueAt(before.value, path) !== undefined;
  const from = settings.findLast(
    (setting) => beginsWith(path, setting.path) || (!isWritten && beginsWith(setting.path, path)),
  );
  return from && placeOf(from.text);
}

/** The list whose entries a setting has moved, if the path leads through one. */
function shiftedList(before: Definition, settings: readonly Setting[], path: Path): Path | undefined {
  return settings
    .filter(({ value }) => value === undefined)
    .map((setting) => setting.path.slice(0, -1))
    .find((owner) => beginsWith(path, owner) && Array.isArray(valueAt(before.value, owner)));
}

/**
 * A definition with changes from the command line, each `PATH=VALUE` (the value in YAML; null removes). The result
 * is validated like any other; a part from a setting is located there. Throws UsageError for a path that cannot be set.
 */
export function withSettings(before: Definition, texts: readonly string[]): Definition {
  if (texts.length === 0) return before;
  const settings = texts.map(parseSetting);
  return {
    file: before.file,
    value: settings.reduce(apply, before.value),
    locate: (path, options) =>
      locate(before, settings, path) ??
      (options?.missing === true ? locate(before, settings, path.slice(0, -1)) : undefined) ??
      before.locate(shiftedList(before, settings, path) ?? path, options),
  };
}
