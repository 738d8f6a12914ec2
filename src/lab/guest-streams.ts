import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { INSIDE_FOLDER } from '../hosts/guest-host.js';
import { PORTS_FOLDER, STREAM_CHANNELS, streamPort, type StreamChannel } from '../model/channels.js';
import { digest } from '../model/digest.js';
import { findByName, machinesAround } from '../model/lab.js';
import { withTimeLimit } from '../model/time-limit.js';
import { takeLock, type Lock } from '../process/lock.js';
import { pause } from '../process/wait-for.js';
import { GuestStream } from '../qemu/stream/guest-stream.js';
import { connectWhenListening } from '../qemu/unix-socket.js';
import type { RunningLab } from './running-lab.js';
import { haveStreamsAnswered, noteStreamsAnswered } from './streams-mark.js';

/** A session with a guest, on a port that is its own until it is closed. */
export interface OpenStream {
  readonly stream: GuestStream;
  readonly close: () => Promise<void>;
}

export interface StreamOptions {
  /** The program that answers in the guest, on this computer: it is put there if the guest does not answer. */
  readonly helper: string;
  readonly signal: AbortSignal;
}

/** How long a guest that has answered before may take, before it is looked whether it has begun anew. */
const ANSWER_MS = 5000;
/** The same for one that has the program put there, within an emulated machine in an emulated one. */
const ANSWER_LIMIT_MS = 120_000;
const BUSY_POLL_MS = 200;
const GUEST_FOLDER = '/run/lab';

/** Puts the program in its place if it was not there; `$1` is the copy that has just come. */
const IS_THERE = '[ -x "$0" ]';
const PUT = 'chmod 755 "$1" && mv "$1" "$0"';
/** `-t`: what is on its way when one side has ended. */
const TO_SOCKET = 'exec socat -t 5 - "UNIX-CONNECT:$0"';

/** Whether a machine's QEMU has the ports: one that an older version of lab has started has none. */
export function hasStreams({ channels, record }: RunningLab, machine: string): boolean {
  const [outermost] = machinesAround(record.lab, findByName(record.lab.machines, machine));
  return existsSync(channels.socket(outermost?.name ?? machine, 'stream0'));
}

/**
 * Opens a session with a guest on a port that nobody else uses; waits for one if all are in use. Throws MachineError if the guest does not
 * answer, and the signal's reason when aborted.
 */
export async function openStream(
  running: RunningLab,
  machine: string,
  options: StreamOptions,
): Promise<OpenStream> {
  const { channel, lock } = await freePort(running, machine, options.signal);
  let close = async (): Promise<void> => lock.release();
  try {
    const way = await connect(running, machine, channel, options);
    close = async () => {
      way.socket.destroy();
      await way.close();
      await lock.release();
    };
    const stream = await withTimeLimit(ANSWER_LIMIT_MS, [options.signal], async (signal) => {
      const opening = GuestStream.open(way.socket, signal);
      opening.catch(() => undefined);
      await answered(running, machine, opening, { ...options, signal });
      return opening;
    });
    return { stream, close };
  } catch (error) {
    await close();
    options.signal.throwIfAborted();
    // Says whether it runs at all.
    await running.qemu(machine, options.signal);
    throw error;
  }
}

async function freePort(
  running: RunningLab,
  machine: string,
  signal: AbortSignal,
): Promise<{ channel: StreamChannel; lock: Lock }> {
  for (;;) {
    for (const channel of STREAM_CHANNELS) {
      const file = join(running.folder.run, `${machine}.${channel}.lock`);
      const lock = await takeLock(file, { waitMs: 0, purpose: `run a command in ${machine}`, signal });
      if (lock !== undefined) return { channel, lock };
    }
    await pause(BUSY_POLL_MS, signal);
    signal.throwIfAborted();
  }
}

interface Way {
  readonly socket: Duplex;
  readonly close: () => Promise<void>;
}

/** The way to a port of a machine; to one inside another it leads through a command there. */
async function connect(
  running: RunningLab,
  machine: string,
  channel: StreamChannel,
  options: StreamOptions,
): Promise<Way> {
  const { on } = findByName(running.record.lab.machines, machine);
  if (on === null) {
    const path = running.channels.socket(machine, channel);
    return { socket: await connectWhenListening(path, options.signal), close: async () => Promise.resolve() };
  }
  const outer = await openStream(running, on, options);
  const path = `${INSIDE_FOLDER}/${machine}.${channel}`;
  const relay = outer.stream.spawn({
    argv: ['/bin/sh', '-c', TO_SOCKET, path],
    input: true,
    terminal: null,
  });
  relay.stderr.resume();
  const socket = Duplex.from({ readable: relay.stdout, writable: relay.stdin ?? undefined });
  socket.on('error', () => undefined);
  relay.ended.then(
    () => socket.destroy(),
    () => socket.destroy(),
  );
  return { socket, close: outer.close };
}

/** Waits for the answer of a guest. One that has not answered yet since it was started gets the program that does. */
async function answered(
  running: RunningLab,
  machine: string,
  opening: Promise<unknown>,
  { helper, signal }: StreamOptions,
): Promise<void> {
  const inBrief = new AbortController();
  if (haveStreamsAnswered(running.folder, machine)) {
    const wait = pause(ANSWER_MS, AbortSignal.any([signal, inBrief.signal]));
    const isThere = await Promise.race([opening.then(() => true), wait.then(() => false)]);
    inBrief.abort();
    if (isThere) return;
    signal.throwIfAborted();
  }
  // A guest that was only slow may answer before the agent does.
  const isAnswered = new AbortController();
  const starting = startHelper(running, machine, helper, AbortSignal.any([signal, isAnswered.signal]));
  await Promise.race([opening, starting.then(async () => opening)]);
  isAnswered.abort();
  await starting.catch(() => undefined);
  noteStreamsAnswered(running.folder, machine);
}

/** Starts the program in a guest, through the agent. A second one leaves the ports of the first alone. */
async function startHelper(
  running: RunningLab,
  machine: string,
  helper: string,
  signal: AbortSignal,
): Promise<void> {
  const { agent } = await running.guest(machine, signal);
  try {
    const bytes = readFileSync(helper);
    const target = `${GUEST_FOLDER}/lab-stream-${digest(bytes).slice(0, 8)}`;
    const { exitCode } = await agent.run(['/bin/sh', '-c', IS_THERE, target], { signal });
    if (exitCode !== 0) {
      const copy = `${target}.${process.pid}`;
      await agent.run(['mkdir', '-p', GUEST_FOLDER], { signal });
      await agent.putFile(copy, bytes);
      await agent.run(['/bin/sh', '-c', PUT, target, copy], { signal });
    }
    const ports = STREAM_CHANNELS.map((channel) => `${PORTS_FOLDER}/${streamPort(channel)}`);
    await agent.run([target, ...ports], { signal });
  } finally {
    // Others need it, too.
    await running.channels.forgetAgent(machine);
  }
}
