import { isHolderAlive } from '../hosts/namespace.js';
import { partsOf } from './parts/parts-of.js';
import type { PreparedLab } from './prepare.js';
import { isOfThisVersion, keyOf, recordedPart, type LabRecord } from './record.js';

/** A lab is up, and would have to be changed to be as it is wanted now. */
export class RunsOtherwise extends Error {
  constructor() {
    super('the lab is up with other settings');
  }
}

/** Whether every machine of the recorded lab has been begun: then what else is wanted is new. */
function isWhole(record: LabRecord): boolean {
  return record.lab.machines.every(({ name }) => recordedPart(record, 'machine', name) !== undefined);
}

/**
 * Throws RunsOtherwise if a lab is up and runs otherwise than `prepared`. What has ended, or was begun and not finished, is no difference: it
 * is made again. `state`: for a lab that may be being brought up, parts that are not recorded are no difference either.
 */
export function assertRunsAs(prepared: PreparedLab, state: 'whole' | 'being brought up'): void {
  const record = prepared.folder.read();
  if (record === undefined || record.holder === null || !isHolderAlive(record.holder)) return;
  if (!isOfThisVersion(record)) throw new RunsOtherwise();
  const wanted = partsOf(prepared);
  const digests = new Map(wanted.map((part) => [keyOf(part), part.digest]));
  const recorded = new Set(record.parts.map(keyOf));
  const changed = record.parts.some((part) => digests.get(keyOf(part)) !== part.digest);
  const more = wanted.some((part) => !recorded.has(keyOf(part)));
  if (changed || (more && state === 'whole' && isWhole(record))) throw new RunsOtherwise();
}
