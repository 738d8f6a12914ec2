import { isHolderAlive } from '../hosts/namespace.js';
import { placeName } from '../model/service.js';
import {
  instanceOf,
  isOfThisVersion,
  keyOf,
  type LabFolder,
  recordedPart,
  type LabRecord,
  type PartKey,
  type RecordedPart,
} from './record.js';
import { surveyOf, type Survey } from './survey.js';

export type PartState = 'up' | 'booting' | 'ended';
type MachineState = PartState | 'paused';
export type LabState = 'up' | 'partly up' | 'paused' | 'broken';

export interface LabStatus {
  readonly id: string;
  readonly name: string;
  /** Null for the one without a name. */
  readonly instance: string | null;
  readonly state: LabState;
  readonly definition: string;
  readonly startedAt: string;
  readonly qemu: string;
  readonly accelerator: string;
  readonly folder: string;
  readonly machines: readonly {
    readonly name: string;
    /** The machine that it runs inside; null: this computer. */
    readonly on: string | null;
    readonly state: MachineState;
    /** The process id of its QEMU, in that place. */
    readonly pid: number | null;
  }[];
  readonly services: readonly {
    readonly name: string;
    /** The peer or machine that it runs in; null: the lab's namespace. */
    readonly in: string | null;
    readonly state: PartState;
    readonly pid: number | null;
  }[];
  /** Machines that are nodes of the lab's cluster. */
  readonly nodes: readonly { readonly name: string; readonly state: PartState }[];
  readonly peers: readonly { readonly name: string; readonly address: string }[];
}

function partState(part: RecordedPart | undefined, there: ReadonlySet<PartKey>): PartState {
  if (part === undefined || !there.has(keyOf(part))) return 'ended';
  return part.state === 'ready' ? 'up' : 'booting';
}

function labState(record: LabRecord, { there, paused }: Survey): LabState {
  if (record.holder === null || !isHolderAlive(record.holder)) return 'broken';
  const ready = record.parts.every((part) => partState(part, there) === 'up');
  const machines = record.lab.machines.every(({ name }) => recordedPart(record, 'machine', name));
  const nodes = (record.lab.kubernetes?.nodes ?? []).every(({ machine }) =>
    recordedPart(record, 'node', machine),
  );
  if (!ready || !machines || !nodes) return 'partly up';
  if (paused.size === 0) return 'up';
  return record.lab.machines.every(({ name }) => paused.has(name)) ? 'paused' : 'partly up';
}

/** What is certain of a record of another version, and what it may have. */
type OtherRecord = Pick<LabRecord, 'id' | 'lab' | 'definition' | 'holder'> & {
  readonly startedAt?: string;
  readonly tools?: { readonly qemu?: string };
};

function ofOtherVersion(folder: LabFolder, record: OtherRecord): LabStatus {
  return {
    id: record.id,
    name: record.lab.name,
    instance: instanceOf(record.id),
    state: record.holder !== null && isHolderAlive(record.holder) ? 'partly up' : 'broken',
    definition: record.definition,
    startedAt: record.startedAt ?? 'unknown',
    qemu: record.tools?.qemu ?? 'unknown',
    accelerator: 'unknown',
    folder: folder.run,
    machines: [],
    services: [],
    nodes: [],
    peers: [],
  };
}

/**
 * The current state of a recorded lab. `broken`: its namespace is gone; `lab up` or `lab down` repairs that. `paused`: all its machines
 * stand still.
 */
export async function statusOf(folder: LabFolder, record: LabRecord): Promise<LabStatus> {
  if (!isOfThisVersion(record)) return ofOtherVersion(folder, record);
  const survey = await surveyOf(folder, record);
  const { there, paused } = survey;
  const stateOf = (part: RecordedPart | undefined): { state: PartState; pid: number | null } => {
    const state = partState(part, there);
    return { state, pid: state === 'ended' ? null : (part?.main?.pid ?? null) };
  };
  const services = record.parts.filter(({ kind }) => kind === 'service');
  return {
    id: record.id,
    name: record.lab.name,
    instance: instanceOf(record.id),
    state: labState(record, survey),
    definition: record.definition,
    startedAt: record.startedAt,
    qemu: record.tools.qemu,
    accelerator: record.tools.acceleration.accelerator,
    folder: folder.run,
    machines: record.lab.machines.map(({ name, on }) => ({
      name,
      on,
      ...stateOf(recordedPart(record, 'machine', name)),
      ...(paused.has(name) ? { state: 'paused' as const } : {}),
    })),
    services: services.map((part) => ({ name: part.name, in: placeOf(part), ...stateOf(part) })),
    nodes: record.parts
      .filter(({ kind }) => kind === 'node')
      .map((part) => ({ name: part.name, state: partState(part, there) })),
    peers: record.lab.peers.map(({ name, address }) => ({ name, address })),
  };
}

function placeOf({ place }: RecordedPart): string | null {
  return typeof place === 'string' ? null : placeName(place);
}
