import type { Draft } from '../draft.js';
import { functionsOfMachine } from '../relations.js';

/** A function of a machine to name in a hint: its first VF, if it has one. */
export function exampleFunction(draft: Draft, machine: string): string {
  const functions = functionsOfMachine(draft, machine).map(({ pciFunction }) => pciFunction);
  return (functions.find(({ kind }) => kind === 'vf') ?? functions[0])?.id ?? 'NIC.VF';
}
