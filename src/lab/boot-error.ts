import { MachineError } from '../errors/families.js';
import { consoleLog, lastConsoleLines } from './console-text.js';
import { logsCommand, type LabFolder } from './record.js';

/**
 * The guest of a machine does not come up, or back: `what` it did not do. The cause is the last lines of its console, or the kernel's
 * panic; without any, `cause`. `from`: where in the console's log this boot begins.
 */
export function bootError(
  folder: LabFolder,
  machine: string,
  what: string,
  from: number,
  cause?: unknown,
): MachineError {
  const log = `${machine}.console`;
  return new MachineError(
    {
      code: 'LAB-MACHINE-BOOT',
      message: `the guest of machine ${machine} ${what}`,
      location: { file: consoleLog(folder, machine) },
      hint: `see its console: ${logsCommand(folder.id, log)}; a busy computer may need a larger --boot-timeout`,
    },
    { cause: new Error(lastConsoleLines(folder, machine, from) || String(cause)) },
  );
}
