import type { ComposedFunction } from '../../devices/composed-machine.js';
import type { CompositionRule } from '../../devices/composition/composition.js';
import type { LabFile } from '../../model/lab-file.js';
import type { Path } from '../load.js';
import { writtenFunctions, writtenVfs } from '../written-functions.js';
import { aspectOf } from './composition-aspects.js';

/**
 * Where a definition says what a finding is about: the key that decided, as it stands at the function itself or at its NIC,
 * else the function. `about` has the functions that may be to blame, the likeliest first.
 */
export function writtenPlace(
  lab: LabFile,
  machine: string,
  about: readonly ComposedFunction[],
  rule: CompositionRule,
): Path {
  const { keys } = aspectOf(rule);
  const places = about.flatMap((one) => placesOf(lab, machine, one));
  for (const { path, written } of places) {
    const key = keys.find((one) => (written as Readonly<Record<string, unknown>>)[one] !== undefined);
    if (key !== undefined) return [...path, key];
  }
  return places[0]?.path ?? ['machines', machine];
}

interface WrittenPlace {
  readonly path: Path;
  readonly written: object;
}

/** A function, and its NIC, whose settings hold for it where it has none of its own. */
function placesOf(lab: LabFile, machine: string, { nic, pciFunction }: ComposedFunction): WrittenPlace[] {
  const written = lab.machines[machine]?.nics?.[nic.name];
  if (written === undefined) return [];
  const path = ['machines', machine, 'nics', nic.name];
  const below = [...writtenVfs(written), ...writtenFunctions(written)].find(
    ({ name }) => `${nic.name}.${name}` === pciFunction.id,
  );
  return [
    ...(below?.path == null ? [] : [{ path: [...path, ...below.path], written: below.written }]),
    { path, written },
  ];
}
