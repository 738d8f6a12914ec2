import { MachineError } from '../errors/families.js';
import type { Problem } from '../errors/lab-error.js';
import { consoleLog, lastConsoleLines, optionsLacking } from './console-text.js';
import { logsCommand, type LabFolder } from './record.js';

/** Without these (images/micro/files/start) nobody reaches the guest. */
const NEEDED = /^CONFIG_(PROC_FS|SYSFS|DEVTMPFS|PCI|VIRTIO_PCI|VIRTIO_CONSOLE)$/;

/**
 * The guest of a machine says that its kernel lacks what lab reaches it by; undefined if it does not. `from`: where in the console's log
 * this boot begins.
 */
export function kernelProblem(folder: LabFolder, machine: string, from: number): Problem | undefined {
  const lacking = optionsLacking(folder, machine, from);
  if (!lacking.some((option) => NEEDED.test(option))) return undefined;
  return {
    code: 'LAB-MACHINE-KERNEL',
    message: `the kernel of machine ${machine} lacks what lab reaches the guest by: ${lacking.join(', ')}`,
    location: { file: consoleLog(folder, machine) },
    hint: 'build the kernel with these options, or give its modules with --modules; docs/toolchain.md lists all that a guest needs',
  };
}

/** What to look at when a guest ends or is awaited in vain, and has not said a word. */
export const SILENT_KERNEL =
  'its console is empty: the kernel may lack SERIAL_8250_CONSOLE, and VIRTIO_CONSOLE or another option that docs/toolchain.md lists';

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
  const lines = lastConsoleLines(folder, machine, from);
  const silent = lines === '' ? `${SILENT_KERNEL}; ` : '';
  return new MachineError(
    kernelProblem(folder, machine, from) ?? {
      code: 'LAB-MACHINE-BOOT',
      message: `the guest of machine ${machine} ${what}`,
      location: { file: consoleLog(folder, machine) },
      hint: `${silent}see its console: ${logsCommand(folder.id, log)}; a busy computer may need a larger --boot-timeout`,
    },
    { cause: new Error(lines || String(cause)) },
  );
}
