import * as z from 'zod';
import type { DeepReadonly } from './deep-readonly.js';
import { text, wholeNumber, withDefault } from './shape-words.js';

const kernelArgument = text(
  /^[\x21-\x7e]+$/,
  'must be one kernel argument: printable ASCII without spaces; write one list entry for each',
);

const traceEvents = text(
  /^[a-z][a-zA-Z0-9_*?]{0,63}$/,
  'must be a pattern of QEMU’s trace events, such as `sriov_*` or `pci_cfg_write`',
);

/**
 * The settings of a machine whose defaults depend on nothing else. Each stands here alone: the shape of a definition, the resolved
 * `Machine` and the documentation take it from here, and machine-view.ts shows it to the template.
 */
export const machineSettings = {
  cpus: withDefault(wholeNumber(1, 64), 2, 'Virtual CPUs'),
  kernelArguments: withDefault(
    z.array(kernelArgument, { error: 'must be a list of kernel arguments' }),
    [],
    'Added to the kernel’s command line, one list entry each',
    'nothing is added',
  ),
  trace: withDefault(
    z.array(traceEvents, { error: 'must be a list of patterns of trace events, such as `[sriov_*]`' }),
    [],
    'Trace events that QEMU writes to its log (`lab logs`), as `qemu-system-x86_64 -trace help` lists them',
    'none',
  ),
};

const settings = z.object(machineSettings);

export type MachineSettings = DeepReadonly<z.output<typeof settings>>;

/** The settings among the keys of a machine. Throws if they do not have the right shape. */
export function machineSettingsOf(machine: object): MachineSettings {
  return settings.parse(machine);
}
