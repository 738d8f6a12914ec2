import { Readable, Writable } from 'node:stream';
import type { Spawned } from '../process/spawned.js';
import { waitFor } from '../process/wait-for.js';
import { cut, type GuestAgent, type GuestExecEnd } from './guest-agent.js';

const FIRST_POLL_MS = 2;
const LONGEST_POLL_MS = 100;
const END_LIMIT_MS = 10_000;

/** Kills a process, and first all that it has started. */
const END_TREE = `end() {
    for child in $(cat "/proc/$1/task"/*/children 2>/dev/null); do end "$child"; done
    kill -9 "$1" 2>/dev/null
}
end "$0"
true`;

/**
 * Runs a command through the guest agent, for guests that have nothing better: it begins when its input has ended, and its output comes when
 * it has ended.
 */
export function agentCommand(
  agent: GuestAgent,
  argv: readonly [string, ...string[]],
  options: { readonly input: boolean },
): Spawned {
  const stdout = new Readable({ read: () => undefined });
  const stderr = new Readable({ read: () => undefined });
  const stop = new AbortController();
  let pid: number | undefined;
  const run = async (given: Buffer | undefined): Promise<number> => {
    const started = await agent.start(argv, {
      capture: true,
      ...(given === undefined ? {} : { input: given }),
    });
    pid = started;
    const end = await waitFor<GuestExecEnd>(
      {
        ask: async () => agent.endOf(started),
        firstMs: FIRST_POLL_MS,
        everyMs: LONGEST_POLL_MS,
        limitMs: Infinity,
        late: () => new Error('it goes on'),
      },
      stop.signal,
    );
    stdout.push(end.stdout);
    stderr.push(end.stderr);
    if (end.isCut) throw cut();
    return end.exitCode;
  };
  const chunks: Buffer[] = [];
  let isGiven: (bytes: Buffer) => void = () => undefined;
  const given = new Promise<Buffer>((resolve) => {
    isGiven = resolve;
  });
  const stdin = options.input
    ? new Writable({
        write: (chunk: Buffer, _, done) => {
          chunks.push(chunk);
          done();
        },
        final: (done) => {
          isGiven(Buffer.concat(chunks));
          done();
        },
      })
    : null;
  const over = (): void => {
    for (const output of [stdout, stderr]) output.push(null);
  };
  const ended = (stdin === null ? run(undefined) : given.then(run)).finally(over);
  ended.catch(() => undefined);
  return {
    stdin,
    stdout,
    stderr,
    ended,
    resize: () => undefined,
    end: async () => {
      stop.abort();
      if (pid === undefined) return;
      const kill = agent.run(['/bin/sh', '-c', END_TREE, String(pid)], { timeoutMs: END_LIMIT_MS });
      await kill.catch(() => undefined);
    },
  };
}
