import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeQemu, lastWords } from './support/fake-qemu.js';
import { jsonOf, usePlace, type JsonErrors, type Outcome } from './support/lab.js';

const place = usePlace();
const definition =
  'machines:\n  guest:\n    nics:\n      pf0: { backend: { tap: lan }, vfs: 1 }\nnetworks:\n  lan:\npeers:\n  server: { network: lan }\nchecks: [vf-creation]\n';
const stackLine = /^\s+at .*(\.[jt]s|node:)/m;

beforeEach(() => {
  place().write('mine/lab.yaml', definition);
});

/** A command on the lab under emulation, which is not asked for. */
function argv(command: string, ...more: readonly string[]): string[] {
  return [command, 'mine', '--accel', 'tcg', ...more];
}

async function nothingIsLeft(): Promise<void> {
  expect(await place().leftProcesses()).toEqual([]);
  expect(place().leftState()).toEqual([]);
  expect(readdirSync(join(place().folder, '../tmp'))).toEqual([]);
}

function errorsOf(outcome: Outcome): JsonErrors {
  return jsonOf(outcome) as JsonErrors;
}

describe('a QEMU that dies at once', () => {
  it.each(['up', 'test'])(
    'is told by lab %s in its own words, with the log, and nothing is left',
    async (command) => {
      fakeQemu(place(), 'dies');
      const outcome = await place().lab(...argv(command));
      expect(outcome).toMatchObject({ exitCode: 3, stdout: '' });
      expect(outcome.stderr).toMatch(
        /guest\.qemu\.log: QEMU of machine guest ended with exit code 1 before its guest was up \[LAB-MACHINE-QEMU-ENDED\]\n {2}next: .*lab logs mine guest\.qemu\b/,
      );
      expect(outcome.stderr).toContain(`because: ${lastWords}`);
      expect(outcome.stderr).not.toMatch(stackLine);
      await nothingIsLeft();
      const logs = await place().lab('logs', 'mine', 'guest.qemu');
      expect(logs).toEqual({ exitCode: 0, stdout: `${lastWords}\n`, stderr: '' });
    },
  );

  it('is told in JSON, and stdout holds nothing else', async () => {
    fakeQemu(place(), 'dies');
    const outcome = await place().lab(...argv('test', '--json'));
    expect(outcome.exitCode).toBe(3);
    expect(errorsOf(outcome)).toMatchObject({
      errors: [{ code: 'LAB-MACHINE-QEMU-ENDED' }],
      causes: [lastWords],
    });
    await nothingIsLeft();
  });

  it('may be given by --qemu or LAB_QEMU, and no lab is up after it', async () => {
    const qemu = fakeQemu(place(), 'dies');
    expect((await place().lab(...argv('up', '--qemu', qemu))).stderr).toContain(lastWords);
    place().environment['LAB_QEMU'] = qemu;
    expect((await place().lab(...argv('up'))).stderr).toContain(lastWords);
    expect(await place().lab('status')).toEqual({ exitCode: 0, stdout: 'no lab is up\n', stderr: '' });
    expect(await place().lab('down', 'mine')).toEqual({
      exitCode: 0,
      stdout: 'nothing was up\n',
      stderr: '',
    });
  });
});

describe('lab up --dry-run', () => {
  it('says what would be done and why, and does nothing', async () => {
    fakeQemu(place(), 'dies');
    const outcome = await place().lab(...argv('up', '--dry-run'));
    expect(outcome).toMatchObject({ exitCode: 0 });
    expect(outcome.stdout).toBe(
      [
        'create  namespace lab: the lab is not up',
        'create  network networks and peers: the namespace is new',
        'create  machine guest: it is not running',
        'mine: nothing was changed',
        '',
      ].join('\n'),
    );
    await nothingIsLeft();
    expect(existsSync(join(place().state, 'sriov-lab'))).toBe(false);
  });

  it('prints the plan as JSON', async () => {
    fakeQemu(place(), 'dies');
    const outcome = await place().lab(...argv('up', '--dry-run', '--json'));
    expect(jsonOf(outcome)).toMatchObject({
      lab: 'mine',
      changed: false,
      plan: [{}, {}, { kind: 'machine', action: 'create' }],
    });
  });
});

describe('a QEMU that does not serve', () => {
  it('is refused when it is not there', async () => {
    const outcome = await place().lab(...argv('up', '--qemu', '/no/such/qemu'));
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain('[LAB-TOOLCHAIN-QEMU-NOT-FOUND]');
    await nothingIsLeft();
  });

  it('is refused when it has no composable SR-IOV', async () => {
    const qemu = place().program('old-qemu', 'echo "QEMU emulator version 8.2.2 (Debian)"');
    const outcome = await place().lab(...argv('up', '--qemu', qemu));
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toMatch(/8\.2\.2 .*sriov-pf \[LAB-TOOLCHAIN-QEMU-FEATURE\]\n {2}next: .*10\.1/);
    await nothingIsLeft();
  });
});

describe('a QEMU that does not open its sockets', () => {
  it('is given up after --boot-timeout, and nothing is left', async () => {
    fakeQemu(place(), 'deaf');
    const outcome = await place().lab(...argv('up', '--boot-timeout', '1'));
    expect(outcome).toMatchObject({ exitCode: 3, stdout: '' });
    expect(outcome.stderr).toMatch(
      /did not open its QMP socket within 1 s \[LAB-MACHINE-BOOT\]\n {2}next: .*lab logs mine guest\.qemu\b/,
    );
    await nothingIsLeft();
  });

  it('can be interrupted', async () => {
    fakeQemu(place(), 'deaf');
    const up = place().start(...argv('up'));
    await up.said('… Boot guest');
    up.process.kill('SIGINT');
    expect(await up.outcome).toMatchObject({ exitCode: 130, stdout: '' });
    await nothingIsLeft();
  });
});

describe('a guest that never comes up', () => {
  it.each(['up', 'test'])(
    'is given up by lab %s after --boot-timeout, and nothing is left',
    async (command) => {
      fakeQemu(place(), 'silent');
      const outcome = await place().lab(...argv(command, '--boot-timeout', '1'));
      expect(outcome).toMatchObject({ exitCode: 3, stdout: '' });
      expect(outcome.stderr).toMatch(
        /guest\.console\.log: the guest of machine guest was not up within 1 s.*\[LAB-MACHINE-BOOT\]\n {2}next: .*lab logs mine guest\.console\b/,
      );
      expect(outcome.stderr).not.toMatch(stackLine);
      await nothingIsLeft();
    },
  );

  it('leaves stdout to JSON', async () => {
    fakeQemu(place(), 'silent');
    const outcome = await place().lab(...argv('up', '--boot-timeout', '1', '--json'));
    expect(outcome.exitCode).toBe(3);
    expect(errorsOf(outcome).errors[0]?.code).toBe('LAB-MACHINE-BOOT');
  });
});

describe('an interruption', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s takes back what was begun', async (signal, exitCode) => {
    fakeQemu(place(), 'silent');
    const up = place().start(...argv('up'));
    await up.said('… Boot guest');
    expect(place().processes()).not.toEqual([]);
    up.process.kill(signal);
    const outcome = await up.outcome;
    expect(outcome).toMatchObject({ exitCode, stdout: '' });
    expect(outcome.stderr).toContain(`stopped by ${signal} [LAB-INTERRUPTED]`);
    expect(outcome.stderr).not.toMatch(stackLine);
    await nothingIsLeft();
  });

  it('of a run of checks says so in JSON too', async () => {
    fakeQemu(place(), 'silent');
    const test = place().start(...argv('test', '--json'));
    await test.said('… Boot guest');
    test.process.kill('SIGINT');
    const outcome = await test.outcome;
    expect(outcome.exitCode).toBe(130);
    expect(errorsOf(outcome).errors[0]?.code).toBe('LAB-INTERRUPTED');
    await nothingIsLeft();
  });

  it('twice ends the command at once, and down takes away what is left', async () => {
    fakeQemu(place(), 'silent');
    const up = place().start(...argv('up'));
    await up.said('… Boot guest');
    up.process.kill('SIGINT');
    up.process.kill('SIGTERM');
    const outcome = await up.outcome;
    expect([130, 143]).toContain(outcome.exitCode);
    expect(outcome.stderr).toContain('leaving at once; `lab down mine` removes what is left');
    expect(outcome.stderr).not.toMatch(stackLine);
    expect(await place().lab('down', 'mine')).toMatchObject({ exitCode: 0 });
    await nothingIsLeft();
  });

  it('by SIGKILL leaves what status shows and down takes away, the definition gone', async () => {
    fakeQemu(place(), 'silent');
    const up = place().start(...argv('up'));
    await up.said('… Boot guest');
    up.process.kill('SIGKILL');
    expect(await up.outcome).toMatchObject({ exitCode: 137 });
    const status = jsonOf(await place().lab('status', '--json')) as {
      labs: { name: string; state: string }[];
    };
    expect(status.labs).toMatchObject([{ name: 'mine' }]);
    expect(status.labs[0]?.state).not.toBe('up');
    const gone = await place().run(['rm', '-r', 'mine']).outcome;
    expect(gone.exitCode).toBe(0);
    const down = await place().lab('down', 'mine');
    expect(down).toMatchObject({ exitCode: 0 });
    expect(down.stdout).toMatch(/^down: mine-[0-9a-f]{8}\n$/);
    await nothingIsLeft();
  });
});

describe('two commands on one lab', () => {
  it('go one after the other: the second says for whom it waits', async () => {
    fakeQemu(place(), 'silent');
    const first = place().start(...argv('up'));
    await first.said('… Boot guest');
    const second = place().start('down', 'mine');
    await second.said(`Wait for \`lab up mine\` (process ${first.process.pid ?? 0})`);
    first.process.kill('SIGINT');
    expect(await first.outcome).toMatchObject({ exitCode: 130 });
    expect(await second.outcome).toMatchObject({ exitCode: 0, stdout: 'nothing was up\n' });
    await nothingIsLeft();
  });
});

describe('the state folder', () => {
  it('that cannot be made is told as what it is', async () => {
    fakeQemu(place(), 'silent');
    place().environment['XDG_STATE_HOME'] = place().write('a-file', '');
    const outcome = await place().lab(...argv('up'));
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain('a-file');
    expect(outcome.stderr).toMatch(/\[LAB-ENV-PATH\]\n {2}next: .*XDG_STATE_HOME/);
    expect(outcome.stderr).not.toMatch(stackLine);
    expect(await place().leftProcesses()).toEqual([]);
  });

  it('that may not be written is told as what it is', async () => {
    fakeQemu(place(), 'silent');
    const entry = `'${process.execPath}' '${join(process.cwd(), 'bin/run.js')}'`;
    // Read-only, so that it holds for root too.
    const outcome = await place().run([
      'unshare',
      '-Urm',
      'sh',
      '-c',
      `mount -t tmpfs -o ro none "$XDG_STATE_HOME" && ${entry} up mine --accel tcg`,
    ]).outcome;
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toMatch(
      /read-only file system \[LAB-ENV-PERMISSION\]\n {2}next: .*XDG_STATE_HOME/,
    );
    expect(outcome.stderr).not.toMatch(stackLine);
    expect(await place().leftProcesses()).toEqual([]);
  });

  it.each([0, 4, 8, 12, 16, 24, 32, 48, 64, 80, 96, 112])(
    'on a disk with %i KiB left is told as what it is, and nothing runs on',
    async (size) => {
      fakeQemu(place(), 'dies');
      const entry = `'${process.execPath}' '${join(process.cwd(), 'bin/run.js')}'`;
      const outcome = await place().run([
        'unshare',
        '-Urm',
        'sh',
        '-c',
        [
          'mount -t tmpfs -o size=256k none "$XDG_STATE_HOME"',
          `dd if=/dev/zero of="$XDG_STATE_HOME/ballast" bs=1024 count=${256 - size} 2>/dev/null`,
          `${entry} up mine --accel tcg`,
        ].join('\n'),
      ]).outcome;
      expect(outcome.stdout).toBe('');
      expect([2, 3]).toContain(outcome.exitCode);
      expect(outcome.stderr).toMatch(/ENOSPC|space|the fake QEMU wants to end/i);
      expect(outcome.stderr).not.toContain('LAB-INTERNAL');
      expect(outcome.stderr).not.toMatch(stackLine);
      expect(await place().leftProcesses()).toEqual([]);
    },
  );
});

describe('a disk that fills up while a lab is up', () => {
  it('does not keep lab down from taking it away', async () => {
    fakeQemu(place(), 'silent');
    const entry = `'${process.execPath}' '${join(process.cwd(), 'bin/run.js')}'`;
    const outcome = await place().run([
      'unshare',
      '-Urm',
      'sh',
      '-c',
      [
        'mount -t tmpfs -o size=1m none "$XDG_STATE_HOME"',
        `${entry} up mine --accel tcg 2>up.log & up=$!`,
        "until grep -q 'Boot guest' up.log; do sleep 0.05; done",
        'kill -9 $up',
        'dd if=/dev/zero of="$XDG_STATE_HOME/ballast" bs=1024 2>/dev/null',
        `${entry} down mine && ${entry} status`,
      ].join('\n'),
    ]).outcome;
    expect(outcome).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^down: mine-\w+\nno lab is up\n$/) as string,
    });
    expect(await place().leftProcesses()).toEqual([]);
  });
});

describe('the log of events', () => {
  it('tells what was done to a lab, in order', async () => {
    fakeQemu(place(), 'dies');
    await place().lab(...argv('up'));
    const [id = ''] = readdirSync(join(place().state, 'sriov-lab/labs'));
    const lines = readFileSync(join(place().state, 'sriov-lab/labs', id, 'events.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      'namespace',
      'network',
      'machine-started',
      'down',
    ]);
  });
});
