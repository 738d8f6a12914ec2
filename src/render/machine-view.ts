import { netdev, type BackendFacts } from '../devices/backends.js';
import { nicModel } from '../devices/catalog.js';
import { functionsOf, type Machine, type Nic } from '../model/lab.js';
import { deviceArgumentText } from './device-argument.js';

interface OptionView {
  readonly option: '-device' | '-netdev';
  readonly argument: string;
}

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

function nicOptions(nic: Nic, facts: BackendFacts): OptionView[] {
  const { id, slot, chassis } = nic.rootPort;
  const rootPort = {
    driver: 'pcie-root-port',
    properties: { id, bus: 'pcie.0', addr: `0x${slot.toString(16)}`, chassis },
  };
  return [
    ...functionsOf(nic).map((pciFunction): OptionView => ({
      option: '-netdev',
      argument: deviceArgumentText(netdev(pciFunction, facts)),
    })),
    ...[rootPort, ...nicModel(nic.model).devices(nic)].map((device): OptionView => ({
      option: '-device',
      argument: deviceArgumentText(device),
    })),
  ];
}

/** Kernel modules that the machine's devices need, without repetition. */
export function guestModules(machine: Machine): string[] {
  return [...new Set(machine.nics.flatMap((nic) => nicModel(nic.model).guestModules))];
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
    devices: machine.nics.flatMap((nic) => nicOptions(nic, facts)),
  };
}
