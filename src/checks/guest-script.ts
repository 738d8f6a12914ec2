import type { Socket } from 'node:net';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { GuestAgent, GuestExecResult } from '../qemu/guest-agent.js';
import { withTimeLimit } from '../model/time-limit.js';
import { pause, waitBriefly } from '../process/wait-for.js';
import type { Connect } from '../qemu/unix-socket.js';
import type { ScriptOutput } from './check.js';
import { TapStream } from './tap-stream.js';

const PORT = '/dev/virtio-ports/sriov-lab.checks';
const GUEST_FOLDER = '/run/lab';
const ALIVE_POLL_MS = 1000;
/** How long the last lines of a script may take to arrive after it has ended, on a computer busy with other guests. */
const LAST_LINES_MS = 5000;

export interface GuestScriptOptions {
  readonly agent: GuestAgent;
  /** The way to the machine's checks port. */
  readonly port: Connect;
  /** The script on this computer. */
  readonly file: string;
  readonly limitMs: number;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** Where a script is in the guest, from its path on this computer. */
export function guestPath(file: string): string {
  return `${GUEST_FOLDER}/${basename(file)}`;
}

/**
 * Runs a check's script in the guest and reads its TAP live from the checks port. A separate line tells that the script has ended.
 * A script that dies or takes too long, and a guest that goes away, are findings, not errors.
 */
export async function runGuestScript(options: GuestScriptOptions): Promise<ScriptOutput> {
  const { agent, file } = options;
  const stream = new TapStream(basename(file));
  const target = guestPath(file);
  const endMark = `# lab-end-${randomBytes(8).toString('hex')}`;
  const socket = await withTimeLimit(options.limitMs, [options.signal], async (signal) =>
    options.port(signal),
  );
  const watching = new AbortController();
  try {
    await agent.putFile(target, readFileSync(file));
    const reading = readLines(socket, endMark, (line) => {
      stream.line(line);
      options.onLine(line);
    });
    const pid = await agent.start([
      '/bin/sh',
      '-c',
      'exec >"$1"; sh "$2" 2>"$2.stderr"; echo; sed "s/^/# stderr: /" "$2.stderr"; echo "$3"',
      'sh',
      PORT,
      target,
      endMark,
    ]);
    const signal = AbortSignal.any([options.signal, watching.signal]);
    const cut = await Promise.race([reading, watch(agent, pid, options.limitMs, signal)]);
    return stream.end(cut);
  } finally {
    watching.abort();
    socket.destroy();
  }
}

/** Resolves with the reason why the stream was cut short, or with undefined once the end mark arrives. */
async function readLines(
  socket: Socket,
  endMark: string,
  onLine: (line: string) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    let rest = '';
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === endMark) {
          resolve(undefined);
          return;
        }
        if (line !== '') onLine(line);
      }
    });
    socket.on('close', () => {
      resolve('the machine went away');
    });
  });
}

/**
 * Checks once a second whether the script still runs, and ends it when its time is up. Resolves with the reason why its stream is
 * cut short.
 */
async function watch(agent: GuestAgent, pid: number, limitMs: number, signal: AbortSignal): Promise<string> {
  const ask = async (): Promise<GuestExecResult | undefined> => agent.statusOf(pid).catch(() => undefined);
  const status = await waitBriefly({ ask, everyMs: ALIVE_POLL_MS, limitMs }, signal);
  if (status === undefined) {
    await agent
      .run(['/bin/sh', '-c', 'kill -9 -"$1" 2>/dev/null || kill -9 "$1"', 'sh', String(pid)])
      .catch(() => undefined);
    return `it took longer than ${Math.round(limitMs / 1000)} s and was ended`;
  }
  // Its last lines may still be on their way.
  await pause(LAST_LINES_MS, signal);
  return `it died (exit code ${status.exitCode})`;
}
