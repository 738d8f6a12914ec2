import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import {
  LineCounter,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLError,
} from 'yaml';
import type { Location, Problem } from '../errors/lab-error.js';
import { structureProblems, type Place } from './yaml-structure.js';
import { DefinitionError } from '../errors/families.js';
import { keepHexPlaces } from './hex-places.js';
import type { Path } from './path.js';
import { refuseFor } from './refuse.js';

const MAX_BYTES = 1024 * 1024;
const MAX_ALIASES = 100;

/** A definition as YAML gives it, and where each part of it is. */
export interface Definition {
  readonly file: string;
  readonly value: unknown;
  /** Where the value at a path is. Falls back to the nearest part that exists. */
  locate(path: Path, options?: PlaceOptions): Location;
}

export interface PlaceOptions {
  /** Where its key is, not the value. */
  readonly key?: boolean;
  /** Nothing is at the path: the place is the key of the part that should have it. */
  readonly missing?: boolean;
}

function fail(problem: Problem, cause?: unknown): never {
  throw new DefinitionError(problem, cause === undefined ? {} : { cause });
}

function readBytes(file: string): Buffer {
  try {
    const status = statSync(file);
    if (!status.isFile()) {
      return fail({
        code: 'LAB-FILE-KIND',
        message: 'a definition must be a regular file',
        location: { file },
        hint: 'name a lab.yaml, or its folder',
      });
    }
    if (status.size > MAX_BYTES) {
      return fail({
        code: 'LAB-FILE-SIZE',
        message: `the file has ${status.size} bytes; at most ${MAX_BYTES} are read`,
        location: { file },
        hint: 'check that this is a lab definition',
      });
    }
    return readFileSync(file);
  } catch (error) {
    if (error instanceof DefinitionError) throw error;
    return fail(
      {
        code: 'LAB-FILE-READ',
        message: 'the file cannot be read',
        location: { file },
        hint: 'check its name and its permissions',
      },
      error,
    );
  }
}

/** Where the text ends that a file begins with, in lines and characters. */
function placeAfter(file: string, text: string): Location {
  const lines = text.split('\n');
  return { file, line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

function readText(file: string): string {
  const bytes = readBytes(file);
  if (!isUtf8(bytes)) {
    // Where it stops being UTF-8 the lenient decoder and the text itself part ways.
    const lenient = bytes.toString('utf8');
    let good = lenient.indexOf('\ufffd');
    while (
      Buffer.from(lenient.slice(0, good + 1)).equals(
        bytes.subarray(0, Buffer.byteLength(lenient.slice(0, good + 1))),
      )
    )
      good = lenient.indexOf('\ufffd', good + 1);
    return fail({
      code: 'LAB-FILE-ENCODING',
      message: 'the file is not UTF-8 from here on',
      location: placeAfter(file, lenient.slice(0, good)),
      hint: 'save it as UTF-8',
    });
  }
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  const nul = text.indexOf('\0');
  if (nul < 0) return text;
  return fail({
    code: 'LAB-FILE-BINARY',
    message: 'the file contains a NUL byte; a definition is text',
    location: placeAfter(file, text.slice(0, nul)),
    hint: 'check that this is a lab definition, saved as UTF-8',
  });
}

/** The parser’s message in words that need no knowledge of the parser. */
function wording(error: YAMLError, text: string): Pick<Problem, 'message' | 'hint'> {
  const there = /^[^\s,:{}[\]]*/.exec(text.slice(error.pos[0]))?.[0] ?? '';
  switch (error.code) {
    case 'MULTIPLE_DOCS':
      return {
        message: 'a second YAML document begins here',
        hint: 'a file contains one lab: move what follows `---` to a file of its own',
      };
    case 'TAB_AS_INDENT':
      return {
        message: 'a tab is used to indent',
        hint: 'indent with spaces',
      };
    case 'TAG_RESOLVE_FAILED':
      return { message: `the tag \`${there}\` is unknown`, hint: 'remove it' };
    default:
      if (error.message.includes('call stack'))
        return { message: 'this is nested too deeply', hint: 'a definition is about ten levels deep' };
      return {
        message: `not YAML: ${error.message.split('\n')[0] ?? ''}`,
        hint: 'look here and in the line before: indentation, brackets, quotes',
      };
  }
}

const pairsByKey = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** Remembered, as a definition may have as many problems as keys. */
function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  let pairs = pairsByKey.get(map);
  if (pairs === undefined) {
    const scalars = map.items.filter((item) => isPair(item) && isScalar(item.key));
    pairs = new Map(scalars.map((pair) => [String((pair.key as Scalar).value), pair]));
    pairsByKey.set(map, pairs);
  }
  return pairs;
}

function nodeAt(document: Document, path: Path, key: boolean): Node | null {
  let node: unknown = document.contents;
  let found: Node | null = document.contents;
  for (const [index, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = pairsOf(node).get(String(part));
      if (pair === undefined) return found;
      const last = index === path.length - 1;
      found = (last && key ? pair.key : (pair.value ?? pair.key)) as Node;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (node === undefined) return found;
      found = node as Node;
    } else {
      return found;
    }
  }
  return found;
}

function firstAlias(document: Document): number {
  let offset = 0;
  visit(document, {
    Alias: (_, alias) => {
      offset = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

function valueOf(document: Document, at: Place): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    return fail(
      {
        code: 'LAB-YAML-ALIASES',
        message: 'the aliases of the file expand to too much',
        location: at(firstAlias(document)),
        hint: `write it out; at most ${MAX_ALIASES} alias expansions are followed`,
      },
      error,
    );
  }
}

/** Behind a wrong end of the document, each word of the rest is an error to the parser; the first of them says it all. */
function tellingErrors(errors: readonly YAMLError[]): readonly YAMLError[] {
  const isOutside = ({ message }: YAMLError): boolean => message.includes('in YAML stream');
  const first = errors.find(isOutside);
  return errors.filter((error) => error === first || !isOutside(error));
}

/**
 * Reads and parses a definition. Throws DefinitionError, with a place for each problem, when the file cannot be read,
 * is not text, or is not YAML 1.2.
 */
export function loadDefinition(file: string): Definition {
  const text = readText(file);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    // Ours takes one look at each key, its own compares each with all before it.
    uniqueKeys: false,
    prettyErrors: false,
    version: '1.2',
  });

  const at: Place = (offset) => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const syntax = tellingErrors([...document.errors, ...document.warnings]).map((error): Problem => ({
    code: 'LAB-YAML',
    ...wording(error, text),
    location: at(error.pos[0]),
  }));
  refuseFor(syntax.length === 0 ? structureProblems(document, at) : syntax, file);
  keepHexPlaces(document);

  const value: unknown = valueOf(document, at);
  if (value === null || value === undefined) {
    return fail({
      code: 'LAB-SHAPE-MISSING',
      message: 'the file is empty, or contains only comments',
      location: { file, line: 1, column: 1 },
      hint: 'write a definition; only `machines:` is required, as labs/quickstart/lab.yaml shows',
    });
  }
  return {
    file,
    value,
    locate: (path, { key = false, missing = false } = {}) => {
      const node = missing ? nodeAt(document, path.slice(0, -1), true) : nodeAt(document, path, key);
      return at(node?.range?.[0] ?? 0);
    },
  };
}
