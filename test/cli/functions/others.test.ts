import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { renderLab } from '../../../src/lab/artefacts.js';
import { readLab } from '../../../src/definition/read-lab.js';
import { packageFolder } from '../../../src/model/folders.js';
import type { EswitchMode } from '../../../src/model/lab.js';
import { useScratch } from '../../support/scratch.js';
import { FakeSystem, PF } from './fake-system.js';

const scratch = useScratch();

/** A computer with a ConnectX, and the scripts of labs/vdpa for it. */
function system(eswitch: EswitchMode | null): FakeSystem {
  const fake = new FakeSystem(mkdtempSync(join(scratch(), 'system-')), 'mlx5');
  const wish = { nics: [PF], eswitch: eswitch ?? undefined };
  const { lab } = readLab(join(packageFolder(), 'labs/vdpa'), [], wish);
  const artefacts = renderLab(lab, { vhostNet: false, accelerator: 'tcg', acceleratorInside: 'tcg' });
  for (const { path, content } of artefacts)
    if (path.startsWith('functions')) writeFileSync(join(fake.work, path), content);
  return fake;
}

/** The kernel's own folder of vDPA devices comes with the first. */
function lasting(fake: FakeSystem): Record<string, string> {
  const entries = Object.entries(fake.state());
  return Object.fromEntries(entries.filter(([path]) => !/^sys\/bus\/vdpa(\/devices)?$/.test(path)));
}

describe('what others have is left to them', () => {
  const cases: [string, string, EswitchMode | null, (fake: FakeSystem) => void][] = [
    [
      'a vDPA device of the same name',
      'LAB-HOST-FUNCTION-BUSY',
      null,
      (fake) => {
        fake.write('sys/bus/vdpa/devices/guest-pf0.vf0/mgmtdev', 'pci/0000:af:00.2');
      },
    ],
    [
      'a bridge of the same name',
      'LAB-HOST-FUNCTION-BUSY',
      'switchdev',
      (fake) => {
        fake.write('sys/class/net/lab-pf0/address', '02:00:00:00:00:01');
      },
    ],
    [
      'the address of an uplink whose switch is to be set',
      'LAB-HOST-FUNCTION-BUSY',
      'switchdev',
      (fake) => {
        fake.write('addresses/p0', '7: p0 inet6 2001:db8::7/64 scope global');
      },
    ],
    [
      'the address of an uplink whose switch is as it should be',
      'LAB-HOST-FUNCTION-BUSY',
      'switchdev',
      (fake) => {
        fake.write('eswitch', 'switchdev');
        fake.write('addresses/p0', '7: p0 inet 192.0.2.7/24');
      },
    ],
    [
      'netdevs of no switch, when the uplink shows none',
      'LAB-HOST-ESWITCH',
      'switchdev',
      (fake) => {
        fake.write('sys/class/net/p0/phys_switch_id', '');
      },
    ],
  ];

  it.each(cases)('%s', async (_, code, eswitch, spoil) => {
    const fake = system(eswitch);
    spoil(fake);
    const before = lasting(fake);
    const { exitCode, stderr } = await fake.run('functions.sh');
    expect(exitCode, stderr).toBe(1);
    expect(stderr.split('\n')[0]).toBe(code);
    expect(lasting(fake)).toEqual(before);
    expect((await fake.run('functions-undo.sh')).exitCode).toBe(0);
    expect(lasting(fake)).toEqual(before);
  });

  it('a port that is up, though no cable makes it operational, stays up', async () => {
    const fake = system('switchdev');
    fake.write('sys/class/net/p0/flags', '0x1003');
    fake.write('sys/class/net/p0/operstate', 'down');
    const before = lasting(fake);
    const { exitCode, stderr } = await fake.run('functions.sh');
    expect(exitCode, stderr).toBe(0);
    expect(fake.state()['sys/class/net/p0rep1/flags']).toBe('0x1003');
    expect((await fake.run('functions-undo.sh')).exitCode).toBe(0);
    expect(lasting(fake)).toEqual(before);
  });
});

it('a program that fails where no refusal is foreseen: what was done is taken back all the same', async () => {
  const fake = system('switchdev');
  fake.write('no-bridge', '');
  const before = lasting(fake);
  const { exitCode, stderr } = await fake.run('functions.sh');
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain('RTNETLINK answers: Operation not supported');
  expect(lasting(fake)).toEqual(before);
  expect(existsSync(join(fake.work, 'functions.journal'))).toBe(false);
});

it('functions-undo.sh, killed while it writes down what is left, loses none of it', async () => {
  const fake = system('switchdev');
  const before = lasting(fake);
  await fake.run('functions.sh');
  fake.write('eswitch-stuck', '');
  const sed = `#!/bin/sh\ncase "$*" in *.left) kill -9 "$PPID"; exit 1 ;; esac\nPATH=/usr/bin:/bin exec sed "$@"\n`;
  writeFileSync(join(fake.folder, 'bin/sed'), sed, { mode: 0o755 });
  expect((await fake.run('functions-undo.sh')).exitCode).not.toBe(0);
  expect(readFileSync(join(fake.work, 'functions.journal'), 'utf8')).toContain(`eswitch ${PF} legacy\n`);
  fake.remove('bin/sed');
  fake.remove('eswitch-stuck');
  expect((await fake.run('functions-undo.sh')).exitCode).toBe(0);
  expect(lasting(fake)).toEqual(before);
});

it.each([null, 'legacy', 'switchdev'] as const)(
  'shellcheck has nothing to say about the scripts, eswitch %s',
  async (eswitch) => {
    const { work } = system(eswitch);
    await execa('shellcheck', [join(work, 'functions.sh'), join(work, 'functions-undo.sh')]);
  },
);
