import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Sandbox, type LabOutcome } from '../e2e/support/sandbox.js';

const LIMIT_MS = 1_200_000;
const PAUSE_MS = 2000;

let sandbox: Sandbox;
let lab: string;

beforeEach(() => {
  sandbox = new Sandbox();
  lab = join(sandbox.folder, 'full');
  mkdirSync(lab);
  const nics = { pf0: { backend: 'user', vfs: 2 } };
  const definition = { machines: { guest: { image: 'debian-13', memory: '1G', nics } }, checks: ['reboot'] };
  writeFileSync(join(lab, 'lab.yaml'), JSON.stringify(definition));
});

afterEach(async () => {
  await sandbox.dispose();
});

async function inGuest(script: string): Promise<LabOutcome> {
  return sandbox.lab('exec', lab, 'guest', '--', 'sh', '-c', script);
}

async function boot(): Promise<string> {
  return (await inGuest('cat /proc/sys/kernel/random/boot_id')).stdout.trim();
}

/** Asks until the answer is another one than `old`, and not empty. */
async function otherThan(old: string, ask: () => Promise<string>): Promise<string> {
  for (;;) {
    const answer = await ask();
    if (answer !== '' && answer !== old) return answer;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function stateOfGuest(): Promise<string> {
  const { stdout } = await sandbox.lab('status', lab, '--json');
  const { labs } = JSON.parse(stdout) as { labs: { machines: { state: string }[] }[] };
  return labs[0]?.machines[0]?.state ?? '';
}

test(
  'a full guest reboots by itself with its disk, and is found again; a crash of it still ends its QEMU',
  { timeout: LIMIT_MS },
  async () => {
    const up = await sandbox.startFor(LIMIT_MS, 'up', lab);
    expect(up.exitCode, up.stderr).toBe(0);
    const qemu = sandbox.pid('machine', 'guest');
    const first = await boot();
    await inGuest('echo kept >/root/note; sync; systemctl reboot');
    const second = await otherThan(first, boot);
    expect((await inGuest('cat /root/note')).stdout).toBe('kept');
    expect(sandbox.pid('machine', 'guest')).toBe(qemu);
    expect(await stateOfGuest()).toBe('up');
    expect((await sandbox.lab('up', lab)).stdout).toContain('nothing was changed');

    const restart = await sandbox.startFor(LIMIT_MS, 'restart', lab);
    expect(restart.exitCode, restart.stderr).toBe(0);
    expect(await boot()).not.toBe(second);
    expect((await inGuest('cat /root/note')).stdout).toBe('kept');

    const tested = await sandbox.startFor(LIMIT_MS, 'test', lab);
    expect(tested.exitCode, tested.stdout).toBe(0);

    await inGuest('nohup sh -c "sleep 1; echo c >/proc/sysrq-trigger" >/dev/null 2>&1 &');
    expect(await otherThan('up', stateOfGuest)).toBe('ended');
  },
);
