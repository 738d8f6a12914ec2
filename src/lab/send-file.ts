import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { MachineError } from '../errors/families.js';
import { PORTS_FOLDER } from '../model/channels.js';
import { withTimeLimit } from '../model/time-limit.js';
import { waitFor } from '../process/wait-for.js';
import type { RunningLab } from './running-lab.js';

const PORT = `${PORTS_FOLDER}/sriov-lab.checks`;
/** Bytes that go out at once. */
const PIECE = 256 * 1024;
const POLL_MS = 200;
/** How long a guest may take for the last bytes, in ms. */
const LAST_BYTES_MS = 60_000;
/** Takes as many bytes as it is told from the port: a port has no end of file. */
const RECEIVE = 'exec head -c "$0" "$1" >"$2"';

export interface SendOptions {
  /** Of the file. */
  readonly bytes: number;
  /** Called with the bytes of each piece that has been sent. */
  readonly onSent: (bytes: number) => void;
  readonly signal: AbortSignal;
}

function notReceived(running: RunningLab, machine: string, cause: unknown): MachineError {
  return new MachineError(
    {
      code: 'LAB-AGENT-REFUSED',
      message: `machine ${machine} did not receive the whole file`,
      hint: `see whether its disk is full: lab exec ${running.record.lab.name} ${machine} -- df -h; and whether a check runs, which uses the same port`,
    },
    { cause },
  );
}

/**
 * Copies a large file of this computer into a machine, to `target` there. It goes through the port of the checks' output: the guest agent
 * takes files in base64, of which an emulated processor decodes 200 kB a second. The caller must hold the lab's lock, which keeps checks from
 * using the port meanwhile. Throws MachineError if not all of it arrives.
 */
export async function sendFile(
  running: RunningLab,
  machine: string,
  file: string,
  target: string,
  { bytes, onSent, signal }: SendOptions,
): Promise<void> {
  const { agent } = await running.guest(machine, signal);
  const socket = await running.channels.to(machine, 'checks')(signal);
  const receiver = await agent.start(['/bin/sh', '-c', RECEIVE, String(bytes), PORT, target], {
    capture: true,
  });
  const stop = new AbortController();
  const stopped = AbortSignal.any([signal, stop.signal]);
  const sent = pipeline(createReadStream(file, { highWaterMark: PIECE }), counter(onSent), socket, {
    signal: stopped,
    end: false,
  });
  const received = waitFor(
    {
      ask: async () => agent.statusOf(receiver),
      everyMs: POLL_MS,
      limitMs: Infinity,
      late: () => new Error('it goes on'),
    },
    stopped,
  );
  try {
    // A receiver that ends before everything is sent has not got everything.
    await Promise.race([sent, received]);
    const { exitCode, stderr } = await withTimeLimit(LAST_BYTES_MS, [stopped], async (limited) =>
      Promise.race([received, aborted(limited)]),
    );
    if (exitCode !== 0) throw new Error(stderr.trim());
  } catch (cause) {
    signal.throwIfAborted();
    throw notReceived(running, machine, cause);
  } finally {
    stop.abort();
    socket.destroy();
    await Promise.allSettled([sent, received]);
    // One that still waits would take what the next check says for its own.
    await agent.run(['/bin/sh', '-c', 'kill -9 "$0" 2>/dev/null || true', String(receiver)]);
  }
}

/** Passes on what it gets, and tells how much. */
function counter(onSent: (bytes: number) => void) {
  return async function* count(pieces: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    for await (const piece of pieces) {
      yield piece;
      onSent(piece.length);
    }
  };
}

async function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('the last bytes did not arrive'));
    });
  });
}
