import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MachineError, QemuEndedError } from '../errors/families.js';
import type { HostProcess, MachineHost, ProcessEnd, StartedProcesses } from '../hosts/host.js';
import type { BootImage } from '../images/boot-image.js';
import type { InsideMachine } from '../images/with-inside.js';
import { CHANNELS, STREAM_CHANNELS } from '../model/channels.js';
import type { Lab, Machine } from '../model/lab.js';
import type { ProcessIdentity } from '../process/identity.js';
import { waitFor } from '../process/wait-for.js';
import { GuestAgent } from '../qemu/guest-agent.js';
import type { Connect } from '../qemu/unix-socket.js';
import type { Accelerator } from '../toolchain/types.js';
import { folderOf, machineArguments, parseArguments } from './artefacts.js';
import { bootError, kernelProblem, SILENT_KERNEL } from './boot-error.js';
import { consoleLog, lastConsoleLines, lengthOfLog, logFrom } from './console-text.js';
import { linkImage } from './link-image.js';
import { logsCommand, type LabFolder } from './record.js';
import { forgetStreams } from './streams-mark.js';

const POLL_MS = 2;
const POLL_INSIDE_MS = 200;

export interface StartOptions {
  readonly lab: Lab;
  readonly folder: LabFolder;
  /** Where its QEMU will run. */
  readonly host: MachineHost;
  /** Null for a machine inside another: the outer machine's image contains it. */
  readonly image: BootImage | null;
  /** The machines inside it, at whatever depth, whose disks it hands in. */
  readonly inside: readonly InsideMachine[];
  readonly qemu: readonly string[];
  /** Folder of the toolchain's programs. */
  readonly bin: string;
  readonly accelerator: Accelerator;
  /** Records the processes durably, before QEMU begins. */
  readonly note: (processes: StartedProcesses) => void;
}

/** A machine whose QEMU has been started and whose guest is booting. */
export interface BootingMachine {
  readonly machine: Machine;
  readonly host: MachineHost;
  readonly process: HostProcess;
  /** Where in its logs this run of it begins: those of a machine inside another go on in the same files. */
  readonly begins: { readonly qemu: number; readonly console: number };
}

/** What QEMU is to try, in this order. An emulated machine may have KVM: machine-view.ts gives it a processor for that. */
function accelerators({ on }: Machine, accelerator: Accelerator): Accelerator[] {
  return on !== null && accelerator === 'tcg' ? ['kvm', 'tcg'] : [accelerator];
}

/** Starts a machine's QEMU from its rendered arguments. Returns at once; `waitForQemu` and `waitForGuest` follow. */
export async function startMachine(machine: Machine, options: StartOptions): Promise<BootingMachine> {
  const { lab, folder, host, image, inside } = options;
  await host.run([
    'rm',
    '-f',
    ...[...CHANNELS, ...STREAM_CHANNELS].map((channel) => `${machine.name}.${channel}`),
  ]);
  forgetStreams(folder, machine.name);
  if (image !== null) await linkImage(machine.name, image, inside, folder.run, options.bin);
  const argumentsFile = join(folder.run, folderOf(lab, machine.on), machineArguments(machine.name));
  const begins = {
    qemu: lengthOfLog(folder.log(`${machine.name}.qemu`)),
    console: lengthOfLog(consoleLog(folder, machine.name)),
  };
  const [program = '', ...first] = options.qemu;
  const process = await host.start(
    [
      program,
      ...first,
      ...accelerators(machine, options.accelerator).flatMap((one) => ['-accel', one]),
      ...parseArguments(readFileSync(argumentsFile, 'utf8')),
    ],
    `${machine.name}.qemu.log`,
    options.note,
  );
  return { machine, host, process, begins };
}

function qemuEnded(booting: BootingMachine, folder: LabFolder, how: ProcessEnd): QemuEndedError {
  const { begins, machine } = booting;
  const { name } = machine;
  const said = logFrom(folder.log(`${name}.qemu`), begins.qemu).trim();
  const story = [said, lastConsoleLines(folder, name, begins.console)]
    .filter((text) => text !== '')
    .join('\n');
  // A guest without a console may have powered itself off.
  const wordless = story === '' && how.exitCode === 0;
  const end =
    how.exitCode === undefined
      ? `was ended by ${how.signal ?? 'a signal'}`
      : `ended with exit code ${how.exitCode}`;
  return new QemuEndedError(
    kernelProblem(folder, name, begins.console) ?? {
      code: 'LAB-MACHINE-QEMU-ENDED',
      message: `QEMU of machine ${name} ${end} before its guest was up`,
      location: { file: folder.log(`${name}.qemu`) },
      hint: `${wordless ? `${SILENT_KERNEL}; ` : ''}see its whole output: ${logsCommand(folder.id, `${name}.qemu`)}`,
    },
    said,
    story === '' ? {} : { cause: new Error(story) },
  );
}

/**
 * Waits until QEMU runs in its place and listens. Throws MachineError, with QEMU's output, if it exits at once or takes longer than
 * `limitMs`. Throws the signal's reason when aborted.
 */
export async function waitForQemu(
  booting: BootingMachine,
  folder: LabFolder,
  limitMs: number,
  signal: AbortSignal,
): Promise<ProcessIdentity> {
  const { machine, host, process } = booting;
  const { name, on } = machine;
  return waitFor(
    {
      ask: async () => {
        const qemu = await process.identify();
        return qemu !== undefined && (await host.exists(`${name}.qmp`)) ? qemu : undefined;
      },
      everyMs: on === null ? POLL_MS : POLL_INSIDE_MS,
      limitMs,
      never: process.ended.then((how) => qemuEnded(booting, folder, how)),
      late: () =>
        new MachineError({
          code: 'LAB-MACHINE-BOOT',
          message: `QEMU of machine ${name} did not open its QMP socket within ${Math.round(limitMs / 1000)} s`,
          location: { file: folder.log(`${name}.qemu`) },
          hint: `see its output: ${logsCommand(folder.id, `${name}.qemu`)}; a busy computer may need a larger --boot-timeout`,
        }),
    },
    signal,
  );
}

/**
 * Waits until the guest agent answers, and returns the session with it. Throws MachineError if QEMU exits first or the boot takes longer
 * than `limitMs`. Throws the signal's reason when aborted.
 */
export async function waitForGuest(
  booting: BootingMachine,
  folder: LabFolder,
  connect: Connect,
  limitMs: number,
  signal: AbortSignal,
): Promise<GuestAgent> {
  const { name } = booting.machine;
  const notUp = (cause: unknown): MachineError =>
    bootError(
      folder,
      name,
      `was not up within ${Math.round(limitMs / 1000)} s`,
      booting.begins.console,
      cause,
    );
  return waitFor(
    {
      // A single attempt that lasts: the agent answers when the guest is up.
      ask: async (limited) =>
        GuestAgent.open(connect, limited).catch(async (error: unknown) => Promise.reject(notUp(error))),
      everyMs: POLL_INSIDE_MS,
      limitMs,
      never: booting.process.ended.then((how) => qemuEnded(booting, folder, how)),
      late: (cause) => (cause instanceof MachineError ? cause : notUp(cause)),
    },
    signal,
  );
}
