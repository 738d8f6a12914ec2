import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { StateError } from '../errors/families.js';
import type { NamespaceHolder } from '../hosts/namespace.js';
import { labWords } from '../model/instance.js';
import type { Lab } from '../model/lab.js';
import type { ServicePlace } from '../model/service.js';
import type { ProcessIdentity } from '../process/identity.js';
import { makeOwnFolder, OWN_FILE } from '../process/own-folder.js';
import type { Acceleration } from '../toolchain/types.js';
import { isRecord } from './record-shape.js';

/** Increase it when the record changes for `up` or the checks. `down` of any version needs only `holder` and `id`, which never change. */
export const RECORD_VERSION = 8;

/** The record of a lab that is up, or was being brought up. `down` works from this alone. */
export interface LabRecord {
  readonly version: number;
  readonly id: string;
  /** Absolute path of the definition, which may have changed or disappeared since. */
  readonly definition: string;
  readonly lab: Lab;
  readonly startedAt: string;
  readonly tools: RecordedTools;
  /** The process that keeps the lab's namespaces alive; null before they are created. */
  readonly holder: NamespaceHolder | null;
  /** The parts that exist or were being created, each after those that it needs. */
  readonly parts: readonly RecordedPart[];
}

export interface RecordedTools {
  readonly qemu: string;
  readonly kernel: string;
  /** The folder of programs that comes first in PATH. */
  readonly bin: string;
  readonly acceleration: Acceleration;
  /** Digests of the images that the machines boot, by the machine's name. */
  readonly images: Readonly<Record<string, string>>;
  /** The acceleration of machines inside machines. */
  readonly accelerationInside: Acceleration;
}

/** Where a part is: on this computer itself, or in a place of the lab. */
export type PartPlace = 'computer' | ServicePlace;

/** A part's kind and name, which identify it in its lab: `machine guest`. */
export type PartKey = `${string} ${string}`;

export interface RecordedPart {
  readonly kind: string;
  readonly name: string;
  readonly place: PartPlace;
  /** A digest of everything that it was created from. */
  readonly digest: string;
  readonly needs: readonly PartKey[];
  /** `starting` is recorded before anything is done. After an interruption it shows that the part may be half done. */
  readonly state: 'starting' | 'ready';
  /** The process on this computer that starts its program and ends with it; null if there is none. */
  readonly starter: ProcessIdentity | null;
  /** The process of its program, at its place; null if it has none, or not yet. */
  readonly main: ProcessIdentity | null;
}

export function keyOf({ kind, name }: { readonly kind: string; readonly name: string }): PartKey {
  return `${kind} ${name}`;
}

/** The part of a record with that kind and name. */
export function recordedPart(record: LabRecord, kind: string, name: string): RecordedPart | undefined {
  return record.parts.find((part) => part.kind === kind && part.name === name);
}

/** Whether this version of lab can work with the recorded lab. */
export function isOfThisVersion(record: LabRecord): boolean {
  return record.version === RECORD_VERSION;
}

const DIGEST_LENGTH = 8;

/** The part of a lab's id that stands for the path of its definition. */
export function placeDigest(definition: string): string {
  return createHash('sha256').update(definition).digest('hex').slice(0, DIGEST_LENGTH);
}

/** A lab's id. Labs of the same name from different files get different ids, and so do the instances of a lab. */
export function labId(lab: string, definition: string, instance: string | null = null): string {
  return `${lab}${instance === null ? '' : `.${instance}`}-${placeDigest(definition)}`;
}

/** The lab's name and its instance in an id; names contain no dots. */
function wordsOf(id: string): string[] {
  return id.slice(0, -DIGEST_LENGTH - 1).split('.');
}

/** The lab's name in an id. */
export function labName(id: string): string {
  return wordsOf(id)[0] ?? '';
}

/** The instance in an id; null for the lab that is up without a name of its own. */
export function instanceOf(id: string): string | null {
  return wordsOf(id)[1] ?? null;
}

/** The id of the same lab without a name of its own. */
export function withoutInstance(id: string): string {
  return `${labName(id)}${id.slice(-DIGEST_LENGTH - 1)}`;
}

/** How a command line names the lab with this id. */
export function wordsFor(id: string): string {
  return labWords(labName(id), instanceOf(id));
}

/** The command that shows a log of the lab with this id. */
export function logsCommand(id: string, log: string): string {
  const instance = instanceOf(id);
  return `lab logs ${labName(id)} ${log}${instance === null ? '' : ` --instance ${instance}`}`;
}

/** The folders of labs in the state folder, by their ids. */
export function labsFolder(state: string): string {
  return join(state, 'labs');
}

/** The folders and files of one lab in the state folder. */
export class LabFolder {
  readonly folder: string;

  /** `state`: the state folder (see Environment). */
  constructor(
    readonly state: string,
    readonly id: string,
  ) {
    this.folder = join(labsFolder(state), id);
  }

  /** The folder of artefacts, sockets and logs: the working folder of everything in the lab. */
  get run(): string {
    return join(this.folder, 'run');
  }

  get lock(): string {
    return join(this.folder, 'lock');
  }

  get events(): string {
    return join(this.folder, 'events.jsonl');
  }

  /** The logs of earlier attempts to bring the lab up, each in a folder of its own. */
  get attempts(): string {
    return join(this.folder, 'attempts');
  }

  log(name: string): string {
    return join(this.run, `${name}.log`);
  }

  /** The record, of any version of lab; undefined if the lab is not up. Throws StateError if it is damaged. */
  read(): LabRecord | undefined {
    const file = join(this.folder, 'state.json');
    if (!existsSync(file)) return undefined;
    try {
      const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
      if (isRecord(read, RECORD_VERSION)) return read as LabRecord;
    } catch (cause) {
      throw this.#damaged(file, cause);
    }
    throw this.#damaged(file, new Error('it is JSON, but not the record of a lab'));
  }

  #damaged(file: string, cause: unknown): StateError {
    return new StateError(
      {
        code: 'LAB-STATE-UNREADABLE',
        message: `the record of lab ${wordsFor(this.id)} is damaged`,
        location: { file },
        hint: `\`lab down ${this.id}\` ends what still runs of the lab, and removes the record`,
      },
      { cause },
    );
  }

  /** Replaces the record durably and as a whole. */
  write(record: LabRecord): void {
    makeOwnFolder(this.folder);
    const file = join(this.folder, 'state.json');
    const descriptor = openSync(`${file}.new`, 'w', OWN_FILE);
    try {
      writeFileSync(descriptor, `${JSON.stringify(record, undefined, 2)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(`${file}.new`, file);
  }
}

/** The ids of all labs that are or were up. */
export function labIds(state: string): string[] {
  const folder = labsFolder(state);
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** A record that is there and cannot be used: its lab's id, and the error that says so. */
export interface DamagedRecord {
  readonly id: string;
  readonly error: StateError;
}

/** The record of a lab; one that is damaged says so and hinders no other. Undefined if the lab is not up. */
function recordOf(state: string, id: string): LabRecord | DamagedRecord | undefined {
  try {
    return new LabFolder(state, id).read();
  } catch (error) {
    if (error instanceof StateError) return { id, error };
    throw error;
  }
}

function isDamaged(record: LabRecord | DamagedRecord): record is DamagedRecord {
  return 'error' in record;
}

/** The records of all labs in the state folder, up or partly up. Those that are damaged are left out. */
export function allRecords(state: string): LabRecord[] {
  const records = labIds(state).flatMap((id) => recordOf(state, id) ?? []);
  return records.filter((record): record is LabRecord => !isDamaged(record));
}

/** The records in the state folder that cannot be used. */
export function damagedRecords(state: string): DamagedRecord[] {
  return labIds(state)
    .flatMap((id) => recordOf(state, id) ?? [])
    .filter(isDamaged);
}
