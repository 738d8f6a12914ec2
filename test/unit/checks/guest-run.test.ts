import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GuestRun } from '../../../src/checks/guest-run.js';
import { run } from '../../../src/process/run.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

/** Runs on this computer what it is to run in the guest. */
const agent = {
  start: async ([program, ...rest]: readonly [string, ...string[]]) =>
    Promise.resolve(spawn(program, rest, { stdio: 'ignore', detached: true }).pid ?? 0),
  run,
};

function newRun() {
  const port = join(scratch(), 'port');
  return { port, run: new GuestRun(agent, { port, current: join(scratch(), 'current') }) };
}

/** A script that goes on for long, as do its children: one that ignores SIGTERM, one in a session of its own, one without a parent. */
function endless(name: string): { script: string; marker: string } {
  const script = join(scratch(), name);
  const marker = join(scratch(), `${name}.pids`);
  writeFileSync(
    script,
    `echo "ok 1 - of ${name}"
sh -c 'trap "" TERM; echo $$ >>"$0"; while :; do sleep 1; done' ${marker} >/dev/null &
setsid sh -c 'echo $$ >>"$0"; exec sleep 100' ${marker} >/dev/null &
(setsid sh -c 'echo $$ >>"$0"; exec sleep 100' ${marker} >/dev/null &)
echo $$ >>${marker}
sleep 100
`,
  );
  return { script, marker };
}

async function pidsIn(marker: string): Promise<string[]> {
  const pids = (): string[] => (existsSync(marker) ? readFileSync(marker, 'utf8').trim().split('\n') : []);
  await expect.poll(pids, { timeout: 10_000 }).toHaveLength(4);
  return pids();
}

function alive(pids: readonly string[]): string[] {
  return pids.filter((pid) => existsSync(`/proc/${pid}/cmdline`) && !/\) Z /.test(stat(pid)));
}

function stat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ') Z ';
  }
}

describe('a run of a script in a guest', () => {
  it('says when it begins and when it has ended', async () => {
    const { port, run: one } = newRun();
    const script = join(scratch(), 'short.sh');
    writeFileSync(script, 'echo "ok 1 - so"; echo "a word" >&2; echo 1..1');
    await one.start(script);
    const lines = (): string[] => (existsSync(port) ? readFileSync(port, 'utf8').split('\n') : []);
    await expect.poll(() => lines().at(-2)).toMatch(/^# lab-end-/);
    expect(
      lines()
        .map((line) => one.read(line))
        .filter((read) => read !== undefined),
    ).toEqual([
      { text: 'ok 1 - so' },
      { text: '1..1' },
      { text: '' },
      { text: '# stderr: a word' },
      'end',
      { text: '' },
    ]);
  });

  it('ends with all that it has started, whatever that does against it', { timeout: 20_000 }, async () => {
    const { script, marker } = endless('one');
    const { run: one } = newRun();
    await one.start(script);
    const pids = await pidsIn(marker);
    expect(alive(pids)).toEqual(pids);
    await one.end();
    expect(alive(pids)).toEqual([]);
  });

  it('ends an earlier run first that was left to itself, and nothing else', { timeout: 20_000 }, async () => {
    const { script, marker } = endless('left');
    const { port, run: earlier } = newRun();
    await earlier.start(script);
    const pids = await pidsIn(marker);
    const bystander = spawn('sleep', ['100'], { stdio: 'ignore' });

    const next = endless('next');
    const { run: later } = newRun();
    await later.start(next.script);
    const running = await pidsIn(next.marker);
    expect(alive(pids)).toEqual([]);
    expect(alive([String(bystander.pid)])).toHaveLength(1);
    expect(readFileSync(port, 'utf8')).not.toContain('of left');

    await later.end();
    expect(alive(running)).toEqual([]);
    bystander.kill();
  });
});
