import type { ComposedFunction } from '../../devices/composed-machine.js';
import type { CompositionRule } from '../../devices/composition/composition.js';
import type { Draft, Mapping } from '../draft.js';
import type { Path } from '../path.js';
import { machineNamed } from '../relations.js';
import { aspectOf } from './composition-aspects.js';

/**
 * Where a definition says what a finding is about: the key that decided, at the function itself or at its NIC, otherwise the
 * function. `about`: the functions that may be to blame, the likeliest first.
 */
export function writtenPlace(
  draft: Draft,
  machine: string,
  about: readonly ComposedFunction[],
  rule: CompositionRule,
): Path {
  const { keys } = aspectOf(rule);
  const parts = about.flatMap((one) => partsOf(draft, machine, one));
  for (const part of parts) {
    const key = keys.find((one) => part.keys.includes(one));
    if (key !== undefined) return [...part.path, key];
  }
  return parts[0]?.path ?? ['machines', machine];
}

/** A function, and its NIC, whose settings hold for it where it has none of its own. */
function partsOf(draft: Draft, machine: string, { nic, pciFunction }: ComposedFunction): Mapping[] {
  const found = machineNamed(draft, machine)?.nics.find(({ name }) => name === nic.name);
  return [found?.functions.find(({ id }) => id === pciFunction.id), found].flatMap((part) => part ?? []);
}
