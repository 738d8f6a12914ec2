import { findByName, machinesOn, type Machine } from '../model/lab.js';
import { withStep } from '../model/progress.js';
import type { Task } from '../model/task.js';
import { machineNamed } from './exec.js';
import { withLabLock, type Waiting } from './lab-lock.js';
import { rebootMachine, type RebootOptions } from './reboot-machine.js';
import { keyOf, wordsFor } from './record.js';
import type { RunningLab } from './running-lab.js';
import { assertGoesOn, surveyOf } from './survey.js';

/** What `restartMachines` has done. */
export interface Restarted {
  readonly machines: readonly string[];
  /** Machines and services that ran inside them, and do not run any more. `up` starts them again. */
  readonly ended: readonly string[];
}

/** The one of that name or path; otherwise all machines of the lab but those that end with a machine around them. */
function chosenMachines(running: RunningLab, machine: string | undefined): readonly Machine[] {
  const { lab } = running.record;
  if (machine === undefined) return machinesOn(lab, null);
  return [findByName(lab.machines, machineNamed(running, machine))];
}

/** The machines and services of a lab that do not run. */
async function endedIn({ folder, record }: RunningLab): Promise<string[]> {
  const { there } = await surveyOf(folder, record);
  return record.parts
    .filter((part) => ['machine', 'service'].includes(part.kind) && !there.has(keyOf(part)))
    .map(keyOf);
}

/**
 * Reboots machines in place, one after the other. A guest with a disk finds everything on it again. Throws UsageError for an unknown name,
 * StateError if one does not run or is paused, MachineError if one does not come back. Closes the sessions of `running`.
 */
export async function restartMachines(
  running: RunningLab,
  machine: string | undefined,
  options: RebootOptions,
  task: Task,
  waiting?: Waiting,
): Promise<Restarted> {
  const { folder, record } = running;
  const machines = chosenMachines(running, machine);
  return withLabLock(
    folder,
    'lab restart',
    task,
    async () => {
      assertGoesOn(await surveyOf(folder, record), wordsFor(record.id));
      for (const one of machines) {
        await running.qemu(one.name, task.signal);
        await withStep(task, `Reboot ${one.name}`, async () =>
          rebootMachine(running, one, task.signal, options),
        );
      }
      await running.close();
      return { machines: machines.map(({ name }) => name), ended: await endedIn(running) };
    },
    waiting,
  );
}
