import type { Location, Problem } from '../../errors/lab-error.js';
import type { BackendFile, FunctionFile, LabFile, NicFile } from '../../model/lab-file.js';
import type { Path, PlaceOptions } from '../load.js';
import { nearest } from '../nearest.js';
import { tapOf } from '../written-backend.js';
import { writtenFunctions, writtenVfs } from '../written-functions.js';

/** What rules need of a definition: the place of each part. */
export interface Locator {
  locate(path: Path, options?: PlaceOptions): Location;
}

/** A rule looks at the whole definition and yields what breaks it. */
export type Rule = (lab: LabFile, at: Locator) => Iterable<Problem>;

/** What to say of a name that stands for nothing. */
export function unknownName(
  kind: string,
  name: string,
  known: readonly string[],
): Pick<Problem, 'message' | 'hint'> {
  const meant = nearest(name, known);
  const choice = known.length === 0 ? `define the ${kind} first` : `choose from: ${known.join(', ')}`;
  return {
    message: `there is no ${kind} \`${name}\``,
    hint: meant === undefined ? choice : `did you mean \`${meant}\`?`,
  };
}

export interface PlacedNic {
  readonly machine: string;
  readonly name: string;
  readonly nic: NicFile;
  readonly path: Path;
}

export function* eachNic(lab: LabFile): Iterable<PlacedNic> {
  for (const [machine, { nics }] of Object.entries(lab.machines)) {
    for (const [name, nic] of Object.entries(nics ?? {}))
      yield { machine, name, nic, path: ['machines', machine, 'nics', name] };
  }
}

export interface PlacedFunction extends PlacedNic {
  readonly kind: 'pf' | 'vf' | 'function';
  readonly written: FunctionFile;
  /** Where the function is written; the NIC's own place when it is only counted there. */
  readonly at: Path;
}

/** Every function of the definition: the PF of a NIC, or function 0, stands for the NIC's own settings. */
export function* eachFunction(lab: LabFile): Iterable<PlacedFunction> {
  for (const placed of eachNic(lab)) {
    const { nic, path } = placed;
    const functions = writtenFunctions(nic);
    if (functions.length === 0) {
      const { mac, backend } = nic;
      yield { ...placed, kind: 'pf', written: { mac, backend }, at: path };
    }
    for (const { written, path: below } of functions)
      yield { ...placed, kind: 'function', written, at: [...path, ...(below ?? [])] };
    for (const { written, path: below } of writtenVfs(nic))
      yield { ...placed, kind: 'vf', written, at: [...path, ...(below ?? [])] };
  }
}

/** Every backend where it is written. */
export function* eachBackend(lab: LabFile): Iterable<{ backend: BackendFile; path: Path; machine: string }> {
  for (const { machine, nic, path } of eachNic(lab)) {
    if (nic.backend !== undefined) yield { backend: nic.backend, path: [...path, 'backend'], machine };
    for (const { written, path: below } of [...writtenVfs(nic), ...writtenFunctions(nic)]) {
      if (written.backend !== undefined)
        yield { backend: written.backend, path: [...path, ...(below ?? []), 'backend'], machine };
    }
  }
}

/** The network that a backend leads to; undefined when it leads to none. */
export function networkOf(backend: BackendFile | undefined): string | undefined {
  return tapOf(backend)?.tap;
}
