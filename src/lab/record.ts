import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
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
import type { Lab } from '../model/lab.js';
import type { ServicePlace } from '../model/service.js';
import type { ProcessIdentity } from '../process/identity.js';
import type { Acceleration } from '../toolchain/types.js';

/** Raised when what `up` and the checks need of a record changes. `down` needs `holder` and `id`, which stay as they are. */
export const RECORD_VERSION = 5;

/** What is known of a lab that has been brought up, or was about to be. `down` works from this alone. */
export interface LabRecord {
  readonly version: number;
  readonly id: string;
  /** Absolute path of the definition; it may have changed or gone since. */
  readonly definition: string;
  readonly lab: Lab;
  readonly startedAt: string;
  readonly tools: RecordedTools;
  /** What keeps the lab's namespace alive; null before it is made. */
  readonly holder: NamespaceHolder | null;
  /** What is there, or was about to be: each after those that it needs. */
  readonly parts: readonly RecordedPart[];
}

export interface RecordedTools {
  readonly qemu: string;
  readonly kernel: string;
  /** Folder of programs that is first in PATH. */
  readonly bin: string;
  readonly acceleration: Acceleration;
  /** Digests of the images that the machines boot, by the machine's name. */
  readonly images: Readonly<Record<string, string>>;
  /** How machines inside machines are run. */
  readonly accelerationInside: Acceleration;
}

/** Where a part is: on this computer itself, or in a place of the lab. */
export type PartPlace = 'computer' | ServicePlace;

/** `machine guest`: one of a kind in its lab. */
export type PartKey = `${string} ${string}`;

export interface RecordedPart {
  readonly kind: string;
  readonly name: string;
  readonly place: PartPlace;
  /** Over everything that it was made from. */
  readonly digest: string;
  readonly needs: readonly PartKey[];
  /** `starting` is written before anything is done: whatever is interrupted then is known to be half done. */
  readonly state: 'starting' | 'ready';
  /** What keeps its program running on this computer, and ends with it; null for none. */
  readonly starter: ProcessIdentity | null;
  /** Its program, at its place; null for a part without one, and until it has been seen. */
  readonly main: ProcessIdentity | null;
}

export function keyOf({ kind, name }: { readonly kind: string; readonly name: string }): PartKey {
  return `${kind} ${name}`;
}

/** The part of a record with that kind and name. */
export function recordedPart(record: LabRecord, kind: string, name: string): RecordedPart | undefined {
  return record.parts.find((part) => part.kind === kind && part.name === name);
}

/** Whether this version of lab can work with a lab that was brought up by the one that wrote the record. */
export function isOfThisVersion(record: LabRecord): boolean {
  return record.version === RECORD_VERSION;
}

const DIGEST_LENGTH = 8;

/** Stands for the place of a definition in an id. */
export function placeDigest(definition: string): string {
  return createHash('sha256').update(definition).digest('hex').slice(0, DIGEST_LENGTH);
}

/** Two labs of the same name from different files are different labs. */
export function labId(lab: string, definition: string): string {
  return `${lab}-${placeDigest(definition)}`;
}

/** The name in an id. */
export function labName(id: string): string {
  return id.slice(0, -DIGEST_LENGTH - 1);
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

  /** Where the artefacts, sockets and logs are: the working folder of everything in the lab. */
  get run(): string {
    return join(this.folder, 'run');
  }

  get lock(): string {
    return join(this.folder, 'lock');
  }

  get events(): string {
    return join(this.folder, 'events.jsonl');
  }

  log(name: string): string {
    return join(this.run, `${name}.log`);
  }

  /** What is recorded, by whatever version of lab; undefined when the lab is not up. Throws StateError when it cannot be read. */
  read(): LabRecord | undefined {
    const file = join(this.folder, 'state.json');
    if (!existsSync(file)) return undefined;
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as LabRecord;
    } catch (cause) {
      throw new StateError(
        {
          code: 'LAB-STATE-UNREADABLE',
          message: `what was recorded of lab ${labName(this.id)} cannot be read`,
          location: { file },
          hint: `see whether anything of it still runs (pgrep -f ${this.folder}), end that, and remove the folder`,
        },
        { cause },
      );
    }
  }

  /** Replaces the record, durably and all at once. */
  write(record: LabRecord): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const file = join(this.folder, 'state.json');
    const descriptor = openSync(`${file}.new`, 'w', 0o600);
    try {
      writeFileSync(descriptor, `${JSON.stringify(record, undefined, 2)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(`${file}.new`, file);
  }
}

/** Every lab that the state folder knows of, up or half up. */
export function allRecords(state: string): LabRecord[] {
  const folder = labsFolder(state);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((id) => new LabFolder(state, id).read() ?? []);
}
