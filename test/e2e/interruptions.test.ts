import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { faultyQemu } from './support/faulty-qemu.js';
import { Sandbox } from './support/sandbox.js';

/** Every step that `lab up` and `lab test` announce, and moments within the long ones. */
const MOMENTS: readonly { after: RegExp; ms: number }[] = [
  { after: /^/, ms: 0 },
  { after: /^/, ms: 100 },
  { after: /^/, ms: 250 },
  { after: /Create the lab’s namespaces/, ms: 0 },
  { after: /Create the lab’s namespaces/, ms: 10 },
  { after: /Create networks/, ms: 0 },
  { after: /Create networks/, ms: 15 },
  { after: /Create networks/, ms: 30 },
  { after: /Create networks/, ms: 50 },
  { after: /✔ Create networks/, ms: 0 },
  { after: /Boot guest/, ms: 0 },
  { after: /Boot guest/, ms: 20 },
  { after: /Boot guest/, ms: 100 },
  { after: /Boot guest/, ms: 700 },
  { after: /✔ Boot guest/, ms: 0 },
  { after: /Start netserver/, ms: 5 },
  { after: /vf-creation/, ms: 500 },
];

/** While the networks are made, while a guest boots, and while a check runs. */
const FEW = [MOMENTS[7], MOMENTS[13], MOMENTS[16]] as typeof MOMENTS;
const OTHERS = MOMENTS.filter((moment) => !FEW.includes(moment));

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  await sandbox.dispose();
});

/** Starts `lab test` and sends a signal at a moment. */
async function interrupt(signals: NodeJS.Signals[], moment: (typeof MOMENTS)[number]) {
  const running = sandbox.start('test', 'quickstart');
  const reached = new Promise<void>((resolve) => {
    let said = '';
    running.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (moment.after.test(said)) resolve();
    });
    if (moment.after.test('')) resolve();
    void running.then(() => {
      resolve();
    });
  });
  await reached;
  await new Promise((resolve) => setTimeout(resolve, moment.ms));
  for (const signal of signals) running.kill(signal);
  return running;
}

async function killThenDown(moment: (typeof MOMENTS)[number]): Promise<void> {
  await interrupt(['SIGKILL'], moment);
  const { exitCode, stderr } = await sandbox.lab('down', 'quickstart');
  expect(exitCode, stderr).toBe(0);
  expect(await sandbox.leftovers()).toEqual([]);
}

test.each(FEW)('SIGKILL $ms ms after $after: `lab down` leaves nothing', killThenDown);

test.each(OTHERS)(
  'SIGKILL $ms ms after $after: `lab down` leaves nothing',
  { tags: 'thorough' },
  killThenDown,
);

test('SIGKILL in the middle of booting: the next `lab up` puts things right', async () => {
  await interrupt(['SIGKILL'], { after: /Boot guest/, ms: 300 });
  const { exitCode, stdout, stderr } = await sandbox.lab('up', 'quickstart');
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toMatch(/replace +(machine guest|namespace lab): (an earlier|its QEMU)/);
});

test.each([0, 60, 150])(
  'SIGKILL %i ms after the networks, as QEMU starts: the next `lab up` finds its taps free',
  { tags: 'thorough' },
  async (ms) => {
    await interrupt(['SIGKILL'], { after: /✔ Create networks/, ms });
    const { exitCode, stderr } = await sandbox.lab('up', 'quickstart');
    expect(exitCode, stderr).toBe(0);
  },
);

test('SIGKILL between QEMU’s start and its recording: the next `lab up` puts things right', async () => {
  const begun = join(sandbox.folder, 'begun');
  const qemu = join(sandbox.folder, 'telling-qemu');
  const script = `case " $* " in *' -qmp '*) : >'${begun}' ;; esac`;
  writeFileSync(qemu, `#!/bin/sh\n${script}\nexec '${faultyQemu(sandbox.folder, '')}' "$@"\n`);
  chmodSync(qemu, 0o755);
  const running = sandbox.start('up', 'quickstart', '--qemu', qemu);
  while (!existsSync(begun)) await new Promise((resolve) => setTimeout(resolve, 1));
  running.kill('SIGKILL');
  await running;
  expect(sandbox.pid('machine', 'guest')).toBe(0);
  const { exitCode, stdout, stderr } = await sandbox.lab('up', 'quickstart', '--qemu', qemu);
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toMatch(/keep +network/);
  expect(stdout).toMatch(/replace +machine guest: an earlier `lab up` was interrupted while it booted/);
});

async function interruptCleansUp(moment: (typeof MOMENTS)[number]): Promise<void> {
  const { exitCode, stderr } = await interrupt(['SIGINT'], moment);
  expect(exitCode, stderr).toBe(130);
  expect(stderr).toContain('LAB-INTERRUPTED');
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(await sandbox.leftovers()).toEqual([]);
}

test.each([MOMENTS[11]] as typeof MOMENTS)(
  'Ctrl-C $ms ms after $after cleans up and exits with 130',
  interruptCleansUp,
);

test.each([MOMENTS[4], MOMENTS[15]] as typeof MOMENTS)(
  'Ctrl-C $ms ms after $after cleans up and exits with 130',
  { tags: 'thorough' },
  interruptCleansUp,
);

test('Ctrl-C twice leaves at once, and `lab down` takes away the rest', async () => {
  const { exitCode } = await interrupt(['SIGINT', 'SIGINT'], { after: /vf-creation/, ms: 300 });
  expect(exitCode).toBe(130);
  await sandbox.lab('down', 'quickstart');
  expect(await sandbox.leftovers()).toEqual([]);
});
