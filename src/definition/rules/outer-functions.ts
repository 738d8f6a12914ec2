import type { LabFile, NicFile } from '../../model/lab-file.js';
import { writtenFunctions, writtenVfs } from '../written-functions.js';

/** A function of a machine, as those inside the machine call it. */
export interface OuterFunction {
  /** `nic` for a PF or a plain NIC, else `nic.vf`. */
  readonly id: string;
  readonly nic: NicFile;
  readonly kind: 'pf' | 'vf' | 'function';
}

/** Every function of a machine; none when there is no such machine. */
export function outerFunctions(lab: LabFile, machine: string): OuterFunction[] {
  const nics = Object.hasOwn(lab.machines, machine) ? lab.machines[machine]?.nics : {};
  return Object.entries(nics ?? {}).flatMap(([name, nic]): OuterFunction[] => {
    const siblings = writtenFunctions(nic);
    if (siblings.length > 0)
      return siblings.map((one) => ({ id: `${name}.${one.name}`, nic, kind: 'function' }));
    return [
      { id: name, nic, kind: 'pf' },
      ...writtenVfs(nic).map((vf): OuterFunction => ({ id: `${name}.${vf.name}`, nic, kind: 'vf' })),
    ];
  });
}

/** A function of a machine to name in a hint: its first VF, if it has one. */
export function exampleFunction(lab: LabFile, machine: string): string {
  const functions = outerFunctions(lab, machine);
  return (functions.find(({ kind }) => kind === 'vf') ?? functions[0])?.id ?? 'NIC.VF';
}
