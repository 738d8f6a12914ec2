import { readFileSync, statSync } from 'node:fs';
import {
  LineCounter,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  type Document,
  type Node,
} from 'yaml';
import type { Location, Problem } from '../errors/lab-error.js';
import { DefinitionError } from '../errors/families.js';

const MAX_BYTES = 1024 * 1024;
const MAX_ALIASES = 100;

export type Path = readonly (string | number)[];

/** A definition as YAML gives it, and where each part of it stands. */
export interface Definition {
  readonly file: string;
  readonly value: unknown;
  /** Where the value at a path stands; `key: true` for its key. Falls back to the nearest part that exists. */
  locate(path: Path, options?: { key?: boolean }): Location;
}

function readText(file: string): string {
  const fail = (code: Problem['code'], message: string, hint: string, cause?: unknown): never => {
    throw new DefinitionError({ code, message, location: { file }, hint }, { cause });
  };
  let bytes: Buffer;
  try {
    const status = statSync(file);
    if (!status.isFile())
      fail(
        'LAB-FILE-KIND',
        'a definition must be a regular file',
        'name a lab.yaml, or the folder that holds one',
      );
    if (status.size > MAX_BYTES) {
      fail(
        'LAB-FILE-SIZE',
        `the file has ${status.size} bytes; at most ${MAX_BYTES} are read`,
        'check that this is a lab definition',
      );
    }
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof DefinitionError) throw error;
    return fail('LAB-FILE-READ', 'the file cannot be read', 'check its name and its permissions', error);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.includes('\0'))
      fail(
        'LAB-FILE-BINARY',
        'the file holds NUL bytes; a definition is text',
        'check that this is a lab definition',
      );
    return text;
  } catch (error) {
    if (error instanceof DefinitionError) throw error;
    return fail('LAB-FILE-ENCODING', 'the file is not UTF-8', 'save it as UTF-8', error);
  }
}

function nodeAt(document: Document, path: Path, key: boolean): Node | null {
  let node: unknown = document.contents;
  let found: Node | null = document.contents;
  for (const [index, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
      );
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

function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw new DefinitionError(
      {
        code: 'LAB-YAML-ALIASES',
        message: 'the aliases of the file expand to too much',
        location: { file },
        hint: `write it out; at most ${MAX_ALIASES} alias expansions are followed`,
      },
      { cause: error },
    );
  }
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
    uniqueKeys: true,
    prettyErrors: false,
    version: '1.2',
  });

  const at = (offset: number): Location => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { file, line, column: col };
  };
  const problems = document.errors.map((error): Problem => ({
    code: 'LAB-YAML',
    message: `not YAML: ${error.message.split('\n')[0] ?? ''}`,
    location: at(error.pos[0]),
    hint: 'mend the YAML at this place',
  }));
  const [first, ...others] = problems;
  if (first !== undefined) throw new DefinitionError([first, ...others]);

  return {
    file,
    value: valueOf(document, file),
    locate: (path, options = {}) => at(nodeAt(document, path, options.key ?? false)?.range?.[0] ?? 0),
  };
}
