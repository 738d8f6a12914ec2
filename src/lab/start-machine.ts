import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MachineError, QemuEndedError } from '../errors/families.js';
import type { NamespaceHost } from '../hosts/namespace-host.js';
import type { BootImage } from '../images/boot-image.js';
import type { Machine } from '../model/lab.js';
import { withTimeLimit } from '../model/time-limit.js';
import { childrenOf, identify, isAlive, killAndWait, type ProcessIdentity } from '../process/identity.js';
import type { StartedProcess } from '../process/start.js';
import { GuestAgent } from '../qemu/guest-agent.js';
import type { Accelerator } from '../toolchain/types.js';
import { machineArguments, parseArguments } from './artefacts.js';
import { consoleText } from './console-text.js';
import { linkImage } from './link-image.js';
import type { LabFolder } from './record.js';

const CHANNELS = ['qmp', 'agent', 'checks', 'console'] as const;
const POLL_MS = 2;
const CONSOLE_LINES = 8;

export interface StartOptions {
  readonly folder: LabFolder;
  readonly host: NamespaceHost;
  readonly image: BootImage;
  readonly qemu: readonly string[];
  /** Folder of the toolchain's programs. */
  readonly bin: string;
  readonly accelerator: Accelerator;
}

/** A QEMU that has been started and whose guest is booting. */
export interface BootingMachine {
  readonly machine: Machine;
  readonly outer: ProcessIdentity;
  readonly process: StartedProcess;
}

/** Starts a machine's QEMU from its rendered arguments. Returns at once; `waitForQemu` and `waitForGuest` follow. */
export async function startMachine(machine: Machine, options: StartOptions): Promise<BootingMachine> {
  const { folder, host, image } = options;
  for (const channel of CHANNELS) rmSync(join(folder.run, `${machine.name}.${channel}`), { force: true });
  await linkImage(machine.name, image, folder.run, options.bin);
  const argumentsFile = join(folder.run, machineArguments(machine.name));
  const [program = '', ...first] = options.qemu;
  const process = await host.start(
    [
      program,
      ...first,
      '-accel',
      options.accelerator,
      ...parseArguments(readFileSync(argumentsFile, 'utf8')),
    ],
    folder.log(`${machine.name}.qemu`),
  );
  return { machine, outer: process.identity, process };
}

function qemuSaid(folder: LabFolder, machine: string): string {
  const file = folder.log(`${machine}.qemu`);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}

/** Where the console ends, or where its kernel gave up. */
function lastConsoleLines(folder: LabFolder, machine: string): string {
  const file = join(folder.run, `${machine}.console.log`);
  if (!existsSync(file)) return '';
  const lines = consoleText(readFileSync(file, 'utf8'))
    .split('\n')
    .filter((line) => line.trim() !== '');
  const panic = lines.findIndex((line) => line.includes('Kernel panic'));
  return (panic < 0 ? lines.slice(-CONSOLE_LINES) : lines.slice(panic, panic + CONSOLE_LINES)).join('\n');
}

function qemuEnded(
  booting: BootingMachine,
  folder: LabFolder,
  how: { exitCode: number | undefined; signal: string | undefined },
): QemuEndedError {
  const { name } = booting.machine;
  const said = qemuSaid(folder, name);
  const story = [said, lastConsoleLines(folder, name)].filter((text) => text !== '').join('\n');
  const end =
    how.exitCode === undefined
      ? `was ended by ${how.signal ?? 'a signal'}`
      : `ended with exit code ${how.exitCode}`;
  return new QemuEndedError(
    {
      code: 'LAB-MACHINE-QEMU-ENDED',
      message: `QEMU of machine ${name} ${end} before its guest was up`,
      location: { file: folder.log(`${name}.qemu`) },
      hint: `see all that it said: lab logs`,
    },
    said,
    story === '' ? {} : { cause: new Error(story) },
  );
}

/**
 * Waits until QEMU itself runs inside the namespace and listens. Throws MachineError, with QEMU's own words, if it ends at once or
 * takes longer than `limitMs`; throws the signal's reason when aborted.
 */
export async function waitForQemu(
  booting: BootingMachine,
  folder: LabFolder,
  limitMs: number,
  signal: AbortSignal,
): Promise<ProcessIdentity> {
  const { name } = booting.machine;
  const deadline = Date.now() + limitMs;
  for (;;) {
    signal.throwIfAborted();
    const [pid] = childrenOf(booting.outer.pid);
    const qemu = pid === undefined ? undefined : identify(pid);
    if (qemu !== undefined && existsSync(join(folder.run, `${name}.qmp`))) return qemu;
    if (!isAlive(booting.outer)) throw qemuEnded(booting, folder, await booting.process.ended);
    if (Date.now() > deadline) {
      throw new MachineError({
        code: 'LAB-MACHINE-BOOT',
        message: `QEMU of machine ${name} did not open its QMP socket within ${Math.round(limitMs / 1000)} s`,
        location: { file: folder.log(`${name}.qemu`) },
        hint: 'see what it said: lab logs; a busy computer may need a larger --boot-timeout',
      });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/**
 * Waits until the guest agent answers. Throws MachineError when QEMU ends first or the boot takes longer than its limit;
 * throws the signal's reason when aborted.
 */
export async function waitForGuest(
  booting: BootingMachine,
  folder: LabFolder,
  limitMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { machine } = booting;
  const ended = new AbortController();
  const done = booting.process.ended.then((how) => {
    ended.abort(how);
  });
  try {
    const agent = await withTimeLimit(limitMs, [signal, ended.signal], async (limited) =>
      GuestAgent.open(join(folder.run, `${machine.name}.agent`), limited),
    );
    agent.close();
  } catch (error) {
    signal.throwIfAborted();
    // The agent's socket closes a moment before QEMU is seen to have ended.
    await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 500))]);
    if (ended.signal.aborted) throw qemuEnded(booting, folder, await booting.process.ended);
    throw new MachineError(
      {
        code: 'LAB-MACHINE-BOOT',
        message: `the guest of machine ${machine.name} was not up within ${Math.round(limitMs / 1000)} s`,
        location: { file: join(folder.run, `${machine.name}.console.log`) },
        hint: 'see its console: lab logs',
      },
      { cause: new Error(lastConsoleLines(folder, machine.name) || String(error)) },
    );
  }
}

/** Ends a machine's QEMU for good. */
export async function stopMachine(machine: {
  outer: ProcessIdentity;
  qemu: ProcessIdentity | null;
}): Promise<void> {
  if (machine.qemu !== null) await killAndWait(machine.qemu);
  await killAndWait(machine.outer);
}
