import type { BackendFacts } from '../devices/backends.js';
import { nicModel } from '../devices/catalog.js';
import type { NicModel } from '../devices/nic-model.js';
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

/** The names of interfaces as in the image `micro`; and what systemd need not do in a guest of a few minutes. */
const FULL_GUEST_ARGUMENTS = ['net.ifnames=0', 'systemd.show_status=false', 'audit=0'];

function modelsOf(machine: Machine): NicModel[] {
  return [...new Set(machine.nics.flatMap(functionsOf).map(({ model }) => model))].map(nicModel);
}

/** Kernel modules that the machine's devices need, without repetition. */
export function guestModules(machine: Machine): string[] {
  return [...new Set(modelsOf(machine).flatMap((model) => model.guestModules))];
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
      ...modelsOf(machine).flatMap(({ kernelArguments }) => kernelArguments ?? []),
      ...(modules.length === 0 ? [] : [`lab.modules=${modules.join(',')}`]),
      ...(machine.disk ? FULL_GUEST_ARGUMENTS : []),
      ...machine.kernelArguments,
    ].join(' '),
    disk: machine.disk,
    devices: machineOptions(machine, facts).map(({ option, argument }) => ({
      option,
      argument: deviceArgumentText(argument),
    })),
  };
}
