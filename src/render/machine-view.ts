import type { BackendFacts } from '../devices/backends.js';
import { nicModel } from '../devices/catalog.js';
import { machineOptions } from '../devices/nic-options.js';
import { functionsOf, type Machine } from '../model/lab.js';
import { deviceArgumentText } from './device-argument.js';

/**
 * `nokaslr` to `no_timer_check` spare an emulated CPU what only hardware needs; `panic=-1` with QEMU's `-no-reboot` turns a
 * crash into the end of QEMU, which is noticed at once.
 */
const KERNEL_ARGUMENTS = [
  'console=ttyS0',
  'quiet',
  'panic=-1',
  'nokaslr',
  'mitigations=off',
  'tsc=reliable',
  'no_timer_check',
  'cryptomgr.notests',
];

/** Kernel modules that the machine's devices need, without repetition. */
export function guestModules(machine: Machine): string[] {
  const models = new Set(machine.nics.flatMap(functionsOf).map(({ model }) => model));
  return [...new Set([...models].flatMap((model) => nicModel(model).guestModules))];
}

/** What machine.qemu.hbs shows. Its `-machine` leaves out what no lab uses and firmware and kernel would wait for. */
export function machineView(machine: Machine, facts: BackendFacts): object {
  const modules = guestModules(machine);
  return {
    name: machine.name,
    cpus: machine.cpus,
    memoryMiB: machine.memoryMiB,
    kernelCommandLine: [
      `hostname=${machine.name}`,
      ...KERNEL_ARGUMENTS,
      ...(modules.length === 0 ? [] : [`lab.modules=${modules.join(',')}`]),
      ...machine.kernelArguments,
    ].join(' '),
    devices: machineOptions(machine, facts).map(({ option, argument }) => ({
      option,
      argument: deviceArgumentText(argument),
    })),
  };
}
