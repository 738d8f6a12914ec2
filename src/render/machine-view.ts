import type { BackendFacts } from '../devices/backends.js';
import { nicModel } from '../devices/catalog.js';
import type { NicModel } from '../devices/nic-model.js';
import type { DeviceArgument } from '../devices/qemu-option.js';
import { machineOptions } from '../devices/nic-options.js';
import { CHANNELS, MACHINE_LOGS, PORTS_FOLDER, STREAM_CHANNELS, streamPort } from '../model/channels.js';
import { findByName, functionsOf, machinesInside, type Lab, type Machine } from '../model/lab.js';
import type { Accelerator } from '../toolchain/types.js';
import { diskViews, type DiskView } from './disk-view.js';
import { quoteForQemu } from './quote.js';

declare module './templates.js' {
  interface Views {
    'machine.qemu': MachineView;
  }
}

/** What of this computer decides how a machine is rendered. */
export interface MachineFacts extends BackendFacts {
  readonly accelerator: Accelerator;
}

/**
 * `nokaslr` to `lsm=` spare an emulated CPU what only hardware, or a system with users, needs; `panic=-1` with QEMU's
 * `-no-reboot` turns a crash into the end of QEMU, which is noticed at once. A full guest is allowed to reboot once it is up (see
 * reboot-machine.ts); from then on its driver of the device `pvpanic` tells QEMU of a crash.
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
  'init_on_alloc=0',
  'lsm=',
];

/** The names of interfaces as in the image `micro`; and what systemd need not do in a guest of a few minutes. */
const FULL_GUEST_ARGUMENTS = ['net.ifnames=0', 'systemd.show_status=false', 'audit=0'];

/** virtio-serial's own default, one of them reserved for a console. */
const DEFAULT_MAX_PORTS = 31;
const OWN_PORTS = 3 + STREAM_CHANNELS.length;

function modelsOf(machine: Machine): NicModel[] {
  return [...new Set(machine.nics.flatMap(functionsOf).map(({ model }) => model))].map(nicModel);
}

/** Kernel modules that the machine's devices need, without repetition. */
export function guestModules(machine: Machine): string[] {
  const forDisks = machine.disksInside.length > 0 ? ['virtio_blk'] : [];
  return [...new Set([...modelsOf(machine).flatMap((model) => model.guestModules), ...forDisks])];
}

/**
 * Whether KVM runs the machines in an emulated one: QEMU's TCG emulates AMD's SVM, nested paging included. Only lab's own image has what
 * KVM needs for that, and with several processors the machine hangs sooner or later (QEMU 11.1): docs/nested.md.
 */
function hasEmulatedKvm({ on, disk, cpus }: Machine): boolean {
  return on === null && !disk && cpus === 1;
}

/**
 * The processor of a machine that runs machines. Under emulation one without AVX, whose wide registers cost more than they save there:
 * a QEMU that translates code runs a third faster (measured: docs/nested.md).
 */
function hypervisorCpu(machine: Machine, accelerator: Accelerator): string {
  if (accelerator === 'kvm') return 'max';
  return hasEmulatedKvm(machine) ? 'Opteron_G3,+x2apic,+svm,+npt,-misalignsse' : 'Nehalem,+x2apic';
}

/**
 * For a guest that emulated KVM runs: its timers are served by the tick alone. With one interrupt for each timer, as Linux does it with
 * high resolution, a guest with Go programs spends its processor on leaving and entering itself (measured: docs/nested.md).
 */
const TICK_ARGUMENTS = ['highres=off', 'nohz=off', 'lapic=notscdeadline'];

function runsByEmulatedKvm({ on }: Machine, lab: Lab, accelerator: Accelerator): boolean {
  return on !== null && accelerator === 'tcg' && hasEmulatedKvm(findByName(lab.machines, on));
}

/** The modules that bring KVM to a machine that runs machines. */
function kvmModules(machine: Machine, accelerator: Accelerator): string[] {
  if (accelerator === 'kvm') return ['kvm_amd', 'kvm_intel'];
  return hasEmulatedKvm(machine) ? ['kvm_in_tcg'] : [];
}

interface StreamView {
  readonly channel: string;
  /** In the guest. */
  readonly port: string;
}

interface ChannelView {
  readonly id: string;
  readonly chardev: string;
}

/** Where the logs of what runs inside a machine go: through the machine around it, out to the lab's folder. */
function logPath(machine: Machine, log: string): string {
  return machine.on === null ? log : `${PORTS_FOLDER}/${log}`;
}

function logChannel(machine: Machine, id: string): ChannelView {
  return { id, chardev: `file,id=${id},path=${logPath(machine, id)}` };
}

/** The ports by which each machine inside is reached from outside, and by which its logs come. */
function channelsInside(machine: Machine, inside: readonly Machine[]): ChannelView[] {
  return inside.flatMap(({ name }) => [
    ...CHANNELS.map((channel) => {
      const id = `${name}.${channel}`;
      return { id, chardev: `socket,id=${id},path=${id},server=on,wait=off` };
    }),
    ...MACHINE_LOGS.map((log) => logChannel(machine, `${name}.${log}`)),
  ]);
}

function propertyText(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return quoteForQemu(String(value));
}

/** `driver,key=value,...` as QEMU reads it. */
export function deviceArgumentText(argument: DeviceArgument): string {
  const properties = Object.entries(argument.properties).map(
    ([key, value]) => `${key}=${propertyText(value)}`,
  );
  return [argument.driver, ...properties].join(',');
}

/** What machine.qemu.hbs shows. Its `-machine` leaves out what no lab uses and firmware and kernel would wait for. */
interface MachineView {
  readonly name: string;
  readonly iommu: boolean;
  readonly cpu: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  /** Names of trace events. */
  readonly trace: Machine['trace'];
  readonly consoleLog: string;
  /** Whether its guest is a whole system on a disk. */
  readonly full: boolean;
  /** Of its virtio-serial; null: QEMU's own default is enough. */
  readonly maxPorts: number | null;
  /** The ports on which commands run in the guest. */
  readonly streams: readonly StreamView[];
  readonly channelsInside: readonly ChannelView[];
  readonly kernelCommandLine: string;
  readonly disks: readonly DiskView[];
  readonly devices: readonly { readonly option: string; readonly argument: string }[];
}

/** QEMU's arguments for a machine, as far as they differ from machine to machine. `services`: those whose logs come out of it. */
export function machineView(
  machine: Machine,
  lab: Lab,
  facts: MachineFacts,
  services: readonly string[],
): MachineView {
  const inside = machinesInside(lab, machine.name);
  const runsMachines = inside.length > 0;
  const modules = [...guestModules(machine), ...(runsMachines ? kvmModules(machine, facts.accelerator) : [])];
  const channels = [
    ...channelsInside(machine, inside),
    ...services.map((service) => logChannel(machine, `${service}.log`)),
  ];
  return {
    name: machine.name,
    iommu: machine.iommu,
    cpu: runsMachines ? hypervisorCpu(machine, facts.accelerator) : 'max',
    cpus: machine.cpus,
    memoryMiB: machine.memoryMiB,
    trace: machine.trace,
    full: machine.disk,
    consoleLog: logPath(machine, `${machine.name}.console.log`),
    maxPorts: channels.length + OWN_PORTS > DEFAULT_MAX_PORTS ? channels.length + OWN_PORTS : null,
    streams: STREAM_CHANNELS.map((channel) => ({ channel, port: streamPort(channel) })),
    channelsInside: channels,
    kernelCommandLine: [
      `hostname=${machine.name}`,
      ...KERNEL_ARGUMENTS,
      ...(machine.iommu ? ['intel_iommu=on'] : []),
      ...modelsOf(machine).flatMap(({ kernelArguments }) => kernelArguments ?? []),
      ...(modules.length === 0 ? [] : [`lab.modules=${modules.join(',')}`]),
      ...(machine.disk ? FULL_GUEST_ARGUMENTS : []),
      ...(runsByEmulatedKvm(machine, lab, facts.accelerator) ? TICK_ARGUMENTS : []),
      ...machine.kernelArguments,
    ].join(' '),
    disks: diskViews(machine),
    devices: machineOptions(machine, facts).map(({ option, argument }) => ({
      option,
      argument: deviceArgumentText(argument),
    })),
  };
}
