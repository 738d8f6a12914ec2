import { findByName, machinesAround } from '../model/lab.js';
import type { LabRecord } from './record.js';
import { RunningLab } from './running-lab.js';
import { isHolderAlive } from '../hosts/namespace.js';

/** The machines of a record whose QEMU runs. Those inside a machine are asked for there; one that does not answer runs nothing. */
export async function runningMachines(record: LabRecord | undefined): Promise<ReadonlySet<string>> {
  const running = new Set<string>();
  if (!record?.holder || !isHolderAlive(record.holder)) return running;
  const lab = new RunningLab(record);
  try {
    const depth = (name: string): number =>
      machinesAround(record.lab, findByName(record.lab.machines, name)).length;
    const known = Object.keys(record.machines).filter((name) =>
      record.lab.machines.some((machine) => machine.name === name),
    );
    for (const name of known.sort((one, other) => depth(one) - depth(other))) {
      const { on } = findByName(record.lab.machines, name);
      if (on !== null && !(running.has(on) && record.machines[on]?.ready === true)) continue;
      const found = await lab.qemu(name).catch(() => undefined);
      if (found !== undefined) running.add(name);
    }
    return running;
  } finally {
    await lab.close();
  }
}
