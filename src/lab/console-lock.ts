import { join } from 'node:path';
import { StateError } from '../errors/families.js';
import { lockHolder, takeLock, type Lock } from '../process/lock.js';
import type { RunningLab } from './running-lab.js';

/** Takes the console of a machine, which QEMU lets one client have at a time. Throws StateError if somebody else has it. */
export async function takeConsole(running: RunningLab, machine: string): Promise<Lock> {
  const file = join(running.folder.run, `${machine}.console.lock`);
  const lock = await takeLock(file, { waitMs: 0, purpose: `lab console ${machine}` });
  if (lock !== undefined) return lock;
  const holder = lockHolder(file);
  const who = holder === undefined ? 'another lab command' : `process ${holder.pid}`;
  throw new StateError({
    code: 'LAB-CONSOLE-BUSY',
    message: `the console of machine ${machine} is in use: ${who} is attached to it`,
    hint: `leave it there with Ctrl-], or get a shell of your own: lab exec -it ${running.record.lab.name} ${machine} -- sh`,
  });
}
