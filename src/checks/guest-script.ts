import type { Socket } from 'node:net';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { GuestAgent, GuestExecResult } from '../qemu/guest-agent.js';
import { withTimeLimit } from '../model/time-limit.js';
import { pause, waitBriefly } from '../process/wait-for.js';
import type { Connect } from '../qemu/unix-socket.js';
import type { ScriptOutput } from './check.js';
import { GuestRun } from './guest-run.js';
import { TapStream } from './tap-stream.js';

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
 * A script that dies or takes too long, and a guest that goes away, are findings, not errors. When aborted, ends the script with all that
 * it has started, and throws the signal's reason.
 */
export async function runGuestScript(options: GuestScriptOptions): Promise<ScriptOutput> {
  const { agent, file } = options;
  const stream = new TapStream(basename(file));
  const target = guestPath(file);
  const run = new GuestRun(agent);
  const socket = await withTimeLimit(options.limitMs, [options.signal], async (signal) =>
    options.port(signal),
  );
  const watching = new AbortController();
  try {
    await agent.putFile(target, readFileSync(file));
    const reading = readLines(socket, run, (line) => {
      stream.line(line);
      options.onLine(line);
    });
    options.signal.throwIfAborted();
    const pid = await run.start(target);
    const signal = AbortSignal.any([options.signal, watching.signal]);
    const cut = await Promise.race([reading, watch(agent, { pid, run }, options.limitMs, signal)]);
    return stream.end(cut);
  } catch (error) {
    if (options.signal.aborted) await run.end();
    throw error;
  } finally {
    watching.abort();
    socket.destroy();
  }
}

/** Resolves with the reason why the stream was cut short, or with undefined once it says that the run has ended. */
async function readLines(
  socket: Socket,
  run: GuestRun,
  onLine: (line: string) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    let rest = '';
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const read = run.read(line);
        if (read === 'end') {
          resolve(undefined);
          return;
        }
        if (read !== undefined && read.text !== '') onLine(read.text);
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
async function watch(
  agent: GuestAgent,
  { pid, run }: { readonly pid: number; readonly run: GuestRun },
  limitMs: number,
  signal: AbortSignal,
): Promise<string> {
  const ask = async (): Promise<GuestExecResult | undefined> => agent.statusOf(pid).catch(() => undefined);
  const status = await waitBriefly({ ask, everyMs: ALIVE_POLL_MS, limitMs }, signal);
  if (status === undefined) {
    await run.end();
    return `it took longer than ${Math.round(limitMs / 1000)} s and was ended`;
  }
  // Its last lines may still be on their way.
  await pause(LAST_LINES_MS, signal);
  return `it died (exit code ${status.exitCode})`;
}
