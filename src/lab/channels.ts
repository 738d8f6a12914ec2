import type { Socket } from 'node:net';
import { join } from 'node:path';
import { GuestHost, INSIDE_FOLDER } from '../hosts/guest-host.js';
import { PORTS_FOLDER, type Channel, type StreamChannel } from '../model/channels.js';
import { findByName, machinesAround, type Lab, type Machine } from '../model/lab.js';
import { withTimeLimit } from '../model/time-limit.js';
import { takeLock, type Lock } from '../process/lock.js';
import { pause, waitFor } from '../process/wait-for.js';
import { GuestAgent } from '../qemu/guest-agent.js';
import { Qmp } from '../qemu/qmp.js';
import { isPaused } from '../qemu/run-state.js';
import { connectWhenListening, type Connect } from '../qemu/unix-socket.js';
import { turnsAt } from './agent-turns.js';
import { pausedError } from './paused-error.js';
import { logsCommand, wordsFor, type LabFolder } from './record.js';

const ANSWER_LIMIT_MS = 60_000;
/** A guest that runs answers sooner; after this its QEMU is asked whether it is paused. */
const PATIENCE_MS = 2000;
const RELAY_POLL_MS = 2000;
/** In short turns, as the program that waits outlives this process if it is killed. */
const TURN_MS = 2000;

/**
 * Ends the relay of an earlier client, which may not have noticed yet that its client is gone. Until then the port is busy, and the
 * next client's data would go to the old relay.
 */
const END_RELAY = `for pid in $(pidof socat); do
    grep -q "OPEN:${PORTS_FOLDER}/$0" "/proc/$pid/cmdline" 2>/dev/null || continue
    kill -9 "$pid"
    tries=100
    while [ -d "/proc/$pid" ] && [ "$tries" -gt 0 ]; do
        tries=$((tries - 1))
        sleep 0.02
    done
done`;

/** Connects a port of the outer machine to the socket of a QEMU that runs in it, until the client outside disconnects. */
const RELAY = `cd ${INSIDE_FOLDER} && exec socat -t 0.1 "OPEN:${PORTS_FOLDER}/$0" "UNIX-CONNECT:$0"`;

/** Takes the lock on a file as soon as nobody else has it. Throws the signal's reason. */
async function ownTurn(file: string, signal: AbortSignal): Promise<Lock> {
  const free = {
    ask: async (limited: AbortSignal) =>
      takeLock(file, { waitMs: TURN_MS, purpose: 'talk to a machine', signal: limited }),
    everyMs: 0,
    limitMs: Infinity,
    late: () => new Error('another command talks to the machine'),
  };
  return waitFor(free, signal);
}

/** Closes the socket when the relay ends. A virtio-serial port has no end of file that would tell. */
function closeWithRelay(socket: Socket, agent: GuestAgent, relay: number): void {
  const timer = setInterval(() => {
    agent.statusOf(relay).then(
      (status) => status !== undefined && socket.destroy(),
      () => socket.destroy(),
    );
  }, RELAY_POLL_MS);
  timer.unref();
  socket.once('close', () => {
    clearInterval(timer);
  });
}

/**
 * The connections to a lab's machines, over their sockets. The one to an inner machine leads through the outer machines: through a
 * virtio-serial port of each, connected there to the inner QEMU's socket. Sessions are shared, because QEMU serves one client of a
 * socket at a time.
 */
export class Channels {
  readonly #agents = new Map<string, Promise<GuestAgent>>();
  readonly #monitors = new Map<string, Promise<Qmp>>();

  /** `folder`: the lab's, with the sockets in it. */
  constructor(
    private readonly lab: Lab,
    private readonly folder: LabFolder,
  ) {}

  socket(machine: string, channel: Channel | StreamChannel): string {
    return join(this.folder.run, `${machine}.${channel}`);
  }

  /** How to connect to a channel of a machine. */
  to(machine: string, channel: Channel): Connect {
    return async (signal) => this.#connect(machine, channel, signal);
  }

  /**
   * The session with a machine's guest agent. Throws MachineError if it does not answer in time, StateError if that is because the machine
   * is paused.
   */
  async agent(
    machine: string,
    signal?: AbortSignal,
    { limitMs } = { limitMs: ANSWER_LIMIT_MS },
  ): Promise<GuestAgent> {
    const opening =
      this.#agents.get(machine) ??
      withTimeLimit(limitMs, [signal], async (limited) => this.#openAgent(machine, limited));
    this.#agents.set(machine, opening);
    opening.catch(() => this.#agents.delete(machine));
    return opening;
  }

  /** The session with a machine's QEMU. Throws MachineError if it does not answer within a minute. */
  async qmp(machine: string, signal?: AbortSignal): Promise<Qmp> {
    const opening =
      this.#monitors.get(machine) ??
      withTimeLimit(ANSWER_LIMIT_MS, [signal], async (limited) =>
        Qmp.open(this.to(machine, 'qmp'), limited, logsCommand(this.folder.id, `${machine}.qemu`)),
      );
    this.#monitors.set(machine, opening);
    opening.catch(() => this.#monitors.delete(machine));
    return opening;
  }

  /** The inside of a machine; its working folder is the one for inner machines. */
  async inside(machine: string, signal?: AbortSignal): Promise<GuestHost> {
    return new GuestHost(machine, await this.agent(machine, signal), INSIDE_FOLDER);
  }

  async close(): Promise<void> {
    const all = [...this.#agents.values(), ...this.#monitors.values()];
    this.#agents.clear();
    this.#monitors.clear();
    for (const opening of all) (await opening.catch(() => undefined))?.close();
  }

  /** Closes the sessions with a machine that is about to be replaced. */
  async forget(machine: string): Promise<void> {
    const monitor = this.#monitors.get(machine);
    this.#monitors.delete(machine);
    await this.forgetAgent(machine);
    (await monitor?.catch(() => undefined))?.close();
  }

  /** Closes the session with the agent of a guest that has begun anew. */
  async forgetAgent(machine: string): Promise<void> {
    const agent = this.#agents.get(machine);
    this.#agents.delete(machine);
    (await agent?.catch(() => undefined))?.close();
  }

  async #openAgent(machine: string, signal: AbortSignal): Promise<GuestAgent> {
    const logs = logsCommand(this.folder.id, `${machine}.console`);
    const turns = turnsAt(`${this.socket(machine, 'agent')}.wanted`);
    const settled = new AbortController();
    const opening = withTimeLimit(Infinity, [signal, settled.signal], async (limited) =>
      GuestAgent.open(this.to(machine, 'agent'), limited, logs, turns),
    );
    try {
      return await Promise.race([opening, this.#refusePaused(machine, settled.signal)]);
    } finally {
      settled.abort();
    }
  }

  /** Rejects after a moment if the machine is paused. Otherwise never settles. */
  async #refusePaused(machine: string, signal: AbortSignal): Promise<never> {
    await pause(PATIENCE_MS, signal);
    if (!signal.aborted && (await isPaused(this.to(machine, 'qmp'))))
      throw pausedError(machine, wordsFor(this.folder.id));
    return new Promise(() => undefined);
  }

  async #connect(machine: string, channel: Channel, signal: AbortSignal): Promise<Socket> {
    const around = machinesAround(this.lab, findByName(this.lab.machines, machine));
    // A later client ends the relay of an earlier one, which must have left by then: a test loses neither its agent nor its QMP.
    const turn =
      around.length > 0 && (channel === 'agent' || channel === 'qmp')
        ? await ownTurn(`${this.socket(machine, channel)}.turn`, signal)
        : undefined;
    try {
      const socket = await this.#connectThrough(around, machine, channel, signal);
      socket.once('close', () => void turn?.release());
      return socket;
    } catch (error) {
      await turn?.release();
      throw error;
    }
  }

  async #connectThrough(
    around: readonly Machine[],
    machine: string,
    channel: Channel,
    signal: AbortSignal,
  ): Promise<Socket> {
    const name = `${machine}.${channel}`;
    const agents: GuestAgent[] = [];
    for (const one of around) {
      const agent = await this.agent(one.name, signal);
      await agent.run(['/bin/sh', '-c', END_RELAY, name], { signal });
      agents.push(agent);
    }
    const socket = await connectWhenListening(this.socket(machine, channel), signal);
    try {
      for (const agent of agents)
        closeWithRelay(socket, agent, await agent.start(['/bin/sh', '-c', RELAY, name]));
      return socket;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }
}
