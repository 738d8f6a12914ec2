import { writeFileSync } from 'node:fs';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ScriptOutput } from '../../../src/checks/check.js';
import { runGuestScript } from '../../../src/checks/guest-script.js';
import { runPeerScript } from '../../../src/checks/peer-script.js';
import type { Host, HostRunOptions } from '../../../src/hosts/host.js';
import type { GuestAgent } from '../../../src/qemu/guest-agent.js';
import type { RunResult } from '../../../src/process/run.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

function options(signal = new AbortController().signal, limitMs = 10_000) {
  const lines: string[] = [];
  return { lines, given: { limitMs, signal, onLine: (line: string) => lines.push(line) } };
}

function lastWords({ assertions }: ScriptOutput): readonly string[] | undefined {
  return assertions.at(-1)?.diagnostics;
}

describe('a script in a peer', () => {
  const peer = (answer: () => Partial<RunResult>, seen: unknown[] = []): Host => ({
    description: 'a peer',
    putFile: async () => Promise.resolve(),
    run: async (argv: readonly string[], given?: HostRunOptions) => {
      seen.push(argv, given?.timeoutMs);
      return Promise.resolve({ exitCode: 0, stdout: '', stderr: '', ...answer() });
    },
  });

  it('is read to its end, its errors as remarks', async () => {
    const { lines, given } = options();
    const seen: unknown[] = [];
    const said = await runPeerScript(
      peer(() => ({ stdout: '1..1\nok 1 - one\n\n', stderr: 'slow\n\nslower\n' }), seen),
      'checks/from-peer.sh',
      given,
    );
    expect(seen).toEqual([['sh', 'checks/from-peer.sh'], 10_000]);
    expect(said).toEqual({
      assertions: [{ ok: true, title: 'one', diagnostics: [] }],
      remarks: ['stderr: slow', 'stderr: slower'],
      data: [],
    });
    expect(lines).toEqual(['1..1', 'ok 1 - one', '# stderr: slow', '# stderr: slower']);
  });

  it('that cannot be run, or does not end in time, is a finding', async () => {
    const said = await runPeerScript(
      peer(() => {
        throw new Error('it took too long');
      }),
      'checks/from-peer.sh',
      options().given,
    );
    expect(said.assertions).toMatchObject([{ ok: false }]);
    expect(said.assertions[0]?.title).toContain('from-peer.sh');
    expect(lastWords(said)).toEqual(['it took too long']);
  });

  it('throws the reason when interrupted', async () => {
    const controller = new AbortController();
    const running = runPeerScript(
      peer(() => {
        controller.abort(new Error('interrupted'));
        throw new Error('it was ended');
      }),
      'checks/from-peer.sh',
      options(controller.signal).given,
    );
    await expect(running).rejects.toThrow('interrupted');
  });
});

const BEGUN = 'what is left of a line\n# lab-begin-RUN\n';

/**
 * A guest whose checks port says this once the script has started, with the id of its run in the place of RUN; `status`: how the script
 * has ended, by then.
 */
function guest(say: () => string[], status?: { exitCode: number }) {
  const done: string[][] = [];
  const socket = Object.assign(new EventEmitter(), { destroyed: false, destroy: () => undefined });
  socket.destroy = () => {
    socket.destroyed = true;
    return undefined;
  };
  const agent = {
    putFile: async (path: string, content: Uint8Array) => {
      done.push(['put', path, Buffer.from(content).toString()]);
      return Promise.resolve();
    },
    start: async (argv: string[]) => {
      done.push(argv);
      const run = argv[1]?.replace('LAB_RUN=', '') ?? '';
      setImmediate(() => {
        for (const chunk of say()) {
          if (chunk === 'gone') socket.emit('close');
          else socket.emit('data', Buffer.from(chunk.replace('RUN', run)));
        }
      });
      return Promise.resolve(11);
    },
    run: async (argv: string[]) => {
      done.push(argv);
      return Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
    },
    statusOf: async () => Promise.resolve(status),
  } as unknown as GuestAgent;
  const port = async (): Promise<Socket> => Promise.resolve(socket as unknown as Socket);
  return { done, socket, agent, port };
}

describe('a script in a guest', () => {
  const run = async (of: ReturnType<typeof guest>, { given } = options()): Promise<ScriptOutput> => {
    const file = join(scratch(), 'traffic.sh');
    writeFileSync(file, 'echo 1..1');
    return runGuestScript({ ...given, agent: of.agent, port: of.port, file });
  };

  it('is put there, and read line by line until it says that it has ended', async () => {
    const of = guest(() => [
      `${BEGUN}1..1\nok 1`,
      ' - one\n\n',
      '# stderr: slow\n# lab-end-RUN\nok 2 - too late\n',
    ]);
    const seen = options();
    expect(await run(of, seen)).toEqual({
      assertions: [{ ok: true, title: 'one', diagnostics: [] }],
      remarks: ['stderr: slow'],
      data: [],
    });
    expect(seen.lines).toEqual(['1..1', 'ok 1 - one', '# stderr: slow']);
    expect(of.done[0]).toEqual(['put', '/run/lab/traffic.sh', 'echo 1..1']);
    expect(of.done[1]?.slice(-3)).toEqual([
      '/run/lab/traffic.sh',
      '/dev/virtio-ports/sriov-lab.checks',
      '/run/lab/script-run',
    ]);
    expect(of.socket.destroyed).toBe(true);
  });

  it('takes no line of another run, before its own begins or as its end', async () => {
    const of = guest(() => [
      'not ok 1 - of another run\n1..1\n# lab-end-0123456789abcdef\n',
      BEGUN,
      'ok 1 - its own\n# lab-end-0123456789abcdef\n1..1\n# lab-end-RUN\n',
    ]);
    const { assertions } = await run(of);
    expect(assertions.map(({ title }) => title)).toEqual(['its own']);
  });

  it('whose machine goes away is a finding', async () => {
    const of = guest(() => [`${BEGUN}1..1\nok 1 - one\n`, 'gone']);
    expect(lastWords(await run(of))).toEqual(['the machine went away']);
    expect(of.socket.destroyed).toBe(true);
  });

  it('that takes too long is ended, with all that it has started', async () => {
    const of = guest(() => [`${BEGUN}1..1\nok 1 - one\n`]);
    expect(lastWords(await run(of, options(new AbortController().signal, 1)))).toEqual([
      'it took longer than 0 s and was ended',
    ]);
    expect(of.done.at(-1)).toEqual(endOfRun(of.done[1]));
  });

  it('that dies is a finding, unless its last lines still come', async () => {
    vi.useFakeTimers().setTimerTickMode('nextTimerAsync');
    onTestFinished(() => {
      vi.useRealTimers();
    });
    expect(lastWords(await run(guest(() => [`${BEGUN}1..1\nok 1 - one\n`], { exitCode: 137 })))).toEqual([
      'it died (exit code 137)',
    ]);
  });

  it('throws the reason when interrupted', async () => {
    const controller = new AbortController();
    const of = guest(() => {
      controller.abort(new Error('interrupted'));
      return [`${BEGUN}1..1\n`];
    });
    await expect(run(of, options(controller.signal))).rejects.toThrow('interrupted');
    expect(of.socket.destroyed).toBe(true);
    expect(of.done.at(-1)).toEqual(endOfRun(of.done[1]));
  });
});

/** The command that ends what `argv` has started. */
function endOfRun(argv: readonly string[] = []): unknown[] {
  return ['/bin/sh', '-c', expect.stringContaining('end_run "$0"'), argv[1]?.replace('LAB_RUN=', '')];
}
