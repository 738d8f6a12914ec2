import { findByName, machinesAround, type Machine } from '../model/lab.js';
import type { Task } from '../model/task.js';
import { logEvent } from './events.js';
import { machineNamed } from './exec.js';
import { withLabLock, type Waiting } from './lab-lock.js';
import { pausedError } from './paused-error.js';
import { wordsFor } from './record.js';
import type { RunningLab } from './running-lab.js';
import { surveyOf } from './survey.js';

/** The machines that a command means: the one of that name or path, or all; each after the machines around it. */
function outermostFirst(running: RunningLab, machine: string | undefined): Machine[] {
  const { lab } = running.record;
  if (machine !== undefined) return [findByName(lab.machines, machineNamed(running, machine))];
  const depth = (one: Machine): number => machinesAround(lab, one).length;
  return [...lab.machines].sort((one, other) => depth(one) - depth(other));
}

/** Throws StateError if a machine around one of these is paused and stays so: nothing leads to what is inside it. */
async function assertReached({ folder, record }: RunningLab, machines: readonly Machine[]): Promise<void> {
  const { paused } = await surveyOf(folder, record);
  const { lab } = record;
  const outer = machines
    .flatMap((machine) => machinesAround(lab, machine))
    .find((around) => paused.has(around.name) && !machines.includes(around));
  if (outer !== undefined) throw pausedError(outer.name, wordsFor(record.id));
}

interface Order {
  readonly purpose: string;
  /** A command of QEMU's qapi/misc.json. */
  readonly command: 'stop' | 'cont';
  readonly event: string;
}

async function tell(
  running: RunningLab,
  machines: readonly Machine[],
  { purpose, command, event }: Order,
  task: Task,
  waiting?: Waiting,
): Promise<string[]> {
  const { folder, channels } = running;
  return withLabLock(
    folder,
    purpose,
    task,
    async () => {
      await assertReached(running, machines);
      for (const { name } of machines) {
        await running.qemu(name, task.signal);
        await (await channels.qmp(name, task.signal)).execute(command);
        logEvent(folder.events, event, { machine: name });
      }
      return machines.map(({ name }) => name);
    },
    waiting,
  );
}

/**
 * Has machines stand still, as they are: the one of that name or path, or all of the lab. Returns their names. Throws UsageError for an
 * unknown name, StateError if one does not run.
 */
export async function pauseMachines(
  running: RunningLab,
  machine: string | undefined,
  task: Task,
  waiting?: Waiting,
): Promise<string[]> {
  const order: Order = { purpose: 'lab pause', command: 'stop', event: 'machine-paused' };
  // What is inside comes first: nothing leads into a machine that stands still.
  return tell(running, outermostFirst(running, machine).reverse(), order, task, waiting);
}

/** The same, to have machines go on. It is not an error if they are not paused. */
export async function resumeMachines(
  running: RunningLab,
  machine: string | undefined,
  task: Task,
  waiting?: Waiting,
): Promise<string[]> {
  const order: Order = { purpose: 'lab resume', command: 'cont', event: 'machine-resumed' };
  return tell(running, outermostFirst(running, machine), order, task, waiting);
}
