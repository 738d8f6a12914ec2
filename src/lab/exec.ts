import { UsageError } from '../errors/families.js';
import { guestHelper } from '../images/guest-helper/guest-helper.js';
import type { Environment } from '../model/environment.js';
import { didYouMean } from '../model/nearest.js';
import { machinesAround, type Lab, type Machine } from '../model/lab.js';
import type { Task } from '../model/task.js';
import type { Spawned, Terminal } from '../process/spawned.js';
import { agentCommand } from '../qemu/agent-command.js';
import { GuestStream } from '../qemu/stream/guest-stream.js';
import { hasStreams, openStream } from './guest-streams.js';
import type { RunningLab } from './running-lab.js';

/** The machines of a lab by their paths, and its peers. */
export function memberNames(lab: Lab): {
  readonly machines: readonly string[];
  readonly peers: readonly string[];
} {
  return {
    machines: lab.machines.map((machine) => pathOf(lab, machine)),
    peers: lab.peers.map(({ name }) => name),
  };
}

/** `guest`, or with the machines around it, `server.guest`. */
function pathOf(lab: Lab, machine: Machine): string {
  return [...machinesAround(lab, machine), machine].map(({ name }) => name).join('.');
}

/** The machine of that name or path (`server.guest`). Throws UsageError, which lists the existing ones, if there is none. */
export function machineNamed(running: RunningLab, name: string): string {
  const { lab } = running.record;
  const found = lab.machines.find((machine) => machine.name === name || pathOf(lab, machine) === name);
  if (found !== undefined) return found.name;
  throw noMember(
    running,
    'machine',
    name,
    lab.machines.map((machine) => pathOf(lab, machine)),
  );
}

function noMember(running: RunningLab, kind: string, name: string, names: readonly string[]): UsageError {
  const machines = running.record.lab.machines.map((machine) => machine.name);
  return new UsageError({
    code: 'LAB-MEMBER-UNKNOWN',
    message: `lab ${running.record.lab.name} has no ${kind} \`${name}\``,
    hint:
      names.length === 0
        ? 'the lab has none'
        : didYouMean(name, [...names, ...machines], `use one of: ${names.join(', ')}`),
  });
}

export interface CommandOptions {
  readonly input: boolean;
  /** Null: it has none. */
  readonly terminal: Terminal | null;
  /** Whether a command in a peer, which runs on this computer, has this process's own streams. */
  readonly ownStreams: boolean;
}

/** To be closed when it has ended. */
export type StartedCommand = Spawned & { close(): Promise<void> };

export interface CommandContext {
  readonly environment: Environment;
  /** Told why a command's bytes come all at once, if they do. */
  readonly onBuffered: (why: string) => void;
}

/** A shell looks the program up in PATH, and reports a missing one in the usual way. `$1`: what the terminal can do. */
const IN_SHELL = '[ -z "$1" ] || export TERM="$1"; shift; . /etc/profile 2>/dev/null; exec "$@"';

/** Throws UsageError unless the lab has a machine or a peer of that name. */
function assertMember(running: RunningLab, member: string): void {
  const { lab } = running.record;
  const { machines, peers } = memberNames(lab);
  const names = [...machines, ...peers];
  if (names.includes(member) || lab.machines.some(({ name }) => name === member)) return;
  throw noMember(running, 'machine or peer', member, names);
}

/**
 * Starts a command in a machine or a peer of a running lab. The signal of the task aborts the way there; ending the command is up to the
 * caller, and so is `close` in the end. Throws UsageError if the name is unknown, MachineError if the guest does not answer.
 */
export async function startOnMember(
  running: RunningLab,
  member: string,
  argv: readonly [string, ...string[]],
  options: CommandOptions,
  context: CommandContext,
  task: Task,
): Promise<StartedCommand> {
  assertMember(running, member);
  if (running.record.lab.peers.some(({ name }) => name === member)) {
    if (options.terminal !== null) return inTerminal(running, member, argv, options, context, task);
    const streams = options.ownStreams ? 'own' : 'piped';
    const spawned = running.peer(member).spawn(argv, { input: options.input, streams });
    return { ...spawned, close: async () => Promise.resolve() };
  }
  const machine = machineNamed(running, member);
  const words = ['/bin/sh', '-c', IN_SHELL, 'sh', options.terminal?.type ?? '', ...argv] as const;
  const helper = await helperFor(running, machine, context, task);
  if (helper !== undefined) {
    const open = await openStream(running, machine, { helper, signal: task.signal });
    return { ...open.stream.spawn({ ...options, argv: words }), close: async () => open.close() };
  }
  const { agent } = await running.guest(machine, task.signal);
  return { ...agentCommand(agent, words, options), close: async () => Promise.resolve() };
}

/** A peer has a terminal of its own, as a guest has. Throws as guestHelper does if the program for that cannot be had. */
async function inTerminal(
  running: RunningLab,
  peer: string,
  argv: readonly [string, ...string[]],
  options: CommandOptions,
  { environment }: CommandContext,
  task: Task,
): Promise<StartedCommand> {
  const { socket, kill } = running.peer(peer).spawnWithSocket([await guestHelper(environment, task), '-']);
  const close = async (): Promise<void> => {
    socket.destroy();
    kill();
    return Promise.resolve();
  };
  try {
    const stream = await GuestStream.open(socket, task.signal);
    const command = ['/usr/bin/env', `TERM=${options.terminal?.type ?? ''}`, ...argv] as const;
    return { ...stream.spawn({ ...options, argv: command }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The program that answers in a guest; undefined, having told why, if commands must go through the guest agent. */
async function helperFor(
  running: RunningLab,
  machine: string,
  { environment, onBuffered }: CommandContext,
  task: Task,
): Promise<string | undefined> {
  if (!hasStreams(running, machine)) {
    onBuffered('an earlier version of lab has started the machine');
    return undefined;
  }
  try {
    return await guestHelper(environment, task);
  } catch (error) {
    task.signal.throwIfAborted();
    onBuffered(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
