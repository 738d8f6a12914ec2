import { existsSync, mkdtempSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderLab } from '../../../src/lab/artefacts.js';
import { readLab } from '../../../src/definition/read-lab.js';
import { packageFolder } from '../../../src/model/folders.js';
import type { EswitchMode } from '../../../src/model/lab.js';
import { useScratch } from '../../support/scratch.js';
import { FakeSystem, NO_OVERRIDE, PF, VFS } from './fake-system.js';

const scratch = useScratch();

/** A system with the scripts of labs/vdpa for its PF. */
function system(kind: 'virtio' | 'mlx5', eswitch: EswitchMode | null = null): FakeSystem {
  const fake = new FakeSystem(mkdtempSync(join(scratch(), 'system-')), kind);
  const wish = { nics: [PF], eswitch: eswitch ?? undefined };
  const { lab } = readLab(join(packageFolder(), 'labs/vdpa'), [], wish);
  const artefacts = renderLab(lab, { vhostNet: false, accelerator: 'tcg', acceleratorInside: 'tcg' });
  for (const { path, content } of artefacts)
    if (path.startsWith('functions')) writeFileSync(join(fake.work, path), content);
  return fake;
}

const MADE = ['guest-pf0', 'guest-pf0.vf0', 'guest-pf0.vf1'];

function madeDevices(fake: FakeSystem): string[] {
  return Object.keys(fake.state())
    .filter((path) => /^sys\/bus\/vdpa\/devices\/[^/]+$/.test(path))
    .map((path) => path.slice('sys/bus/vdpa/devices/'.length));
}

async function undone(fake: FakeSystem, before: Record<string, string>): Promise<void> {
  for (let twice = 0; twice < 2; twice += 1) {
    expect((await fake.run('functions-undo.sh')).exitCode).toBe(0);
    expect(withoutEmptyFolders(fake.state())).toEqual(withoutEmptyFolders(before));
    expect(existsSync(join(fake.work, 'functions.journal'))).toBe(false);
  }
}

/** The kernel's own folders of buses and modules come with the first thing in them. */
function withoutEmptyFolders(state: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(state).filter(([path]) => !['sys/bus/vdpa', 'sys/bus/vdpa/devices'].includes(path)),
  );
}

describe('functions.sh makes VFs and vDPA devices, and functions-undo.sh takes them back', () => {
  it.each<['virtio' | 'mlx5', EswitchMode | null]>([
    ['virtio', null],
    ['mlx5', null],
    ['mlx5', 'legacy'],
    ['mlx5', 'switchdev'],
  ])('of %s, its switch %s', async (kind, eswitch) => {
    const fake = system(kind, eswitch);
    const before = fake.state();
    const { exitCode, stderr } = await fake.run('functions.sh');
    expect(exitCode, stderr).toBe(0);
    expect(madeDevices(fake)).toEqual(MADE);
    for (const name of MADE)
      expect(readlinkSync(join(fake.work, 'vdpa', name))).toMatch(/^\/dev\/vhost-vdpa-\d+$/);
    const state = fake.state();
    expect(state[`sys/bus/pci/devices/${PF}/sriov_numvfs`]).toBe('3');
    expect(state['eswitch']).toBe(eswitch ?? 'legacy');
    expect(state[`sys/bus/pci/devices/${VFS[0]}/driver_override`]).toBe(
      kind === 'virtio' ? 'vp-vdpa' : NO_OVERRIDE,
    );
    const onBridge = Object.entries(state).filter(([path]) => path.endsWith('/master'));
    expect(onBridge.map(([path]) => path.split('/')[3])).toEqual(
      eswitch === 'switchdev' ? ['p0', 'p0rep0', 'p0rep1', 'p0rep2'] : [],
    );
    await undone(fake, before);
  });

  it('again, as after an interruption: what is there of its own goes first', async () => {
    const fake = system('virtio');
    const before = fake.state();
    await fake.run('functions.sh');
    const { exitCode, stderr } = await fake.run('functions.sh');
    expect(exitCode, stderr).toBe(0);
    expect(madeDevices(fake)).toEqual(MADE);
    await undone(fake, before);
  });

  it('of VFs that are there already, and leaves those', async () => {
    const fake = system('mlx5');
    fake.write(`sys/bus/pci/devices/${PF}/sriov_numvfs`, '8');
    const before = fake.state();
    expect((await fake.run('functions.sh')).exitCode).toBe(0);
    expect(fake.state()[`sys/bus/pci/devices/${PF}/sriov_numvfs`]).toBe('8');
    await undone(fake, before);
  });
});

it('a driver that was laid down for a VF is so again', async () => {
  const fake = system('virtio');
  fake.write(`sys/bus/pci/devices/${VFS[1]}/driver_override`, 'virtio-pci');
  const before = fake.state();
  expect((await fake.run('functions.sh')).exitCode).toBe(0);
  expect(fake.state()[`sys/bus/pci/devices/${VFS[1]}/driver_override`]).toBe('vp-vdpa');
  await undone(fake, before);
});

describe('what is in the way is told, and nothing stays', () => {
  const device = `sys/bus/pci/devices/${VFS[1]}`;
  const cases: [string, string, (fake: FakeSystem) => void, EswitchMode?][] = [
    [
      'no such PF',
      'LAB-HOST-PF',
      (fake) => {
        fake.remove(`sys/bus/pci/devices/${PF}`);
      },
    ],
    [
      'a PF without SR-IOV',
      'LAB-HOST-PF',
      (fake) => {
        fake.remove(`sys/bus/pci/devices/${PF}/sriov_numvfs`);
      },
    ],
    [
      'too few VFs on offer',
      'LAB-HOST-VFS',
      (fake) => {
        fake.write(`sys/bus/pci/devices/${PF}/sriov_totalvfs`, '2');
      },
    ],
    [
      'fewer VFs there than are needed',
      'LAB-HOST-VFS',
      (fake) => {
        fake.write(`sys/bus/pci/devices/${PF}/sriov_numvfs`, '1');
      },
    ],
    [
      'a missing module',
      'LAB-HOST-MODULE',
      (fake) => {
        fake.write('missing/vhost_vdpa', '');
      },
    ],
    [
      'no IOMMU',
      'LAB-HOST-IOMMU',
      (fake) => {
        fake.remove(`${device}/iommu_group`);
      },
    ],
    [
      'a VF that is assigned elsewhere',
      'LAB-HOST-FUNCTION-BUSY',
      (fake) => {
        fake.bind(VFS[1], 'vfio-pci');
      },
    ],
    [
      'a VF with an address',
      'LAB-HOST-FUNCTION-BUSY',
      (fake) => {
        fake.write('addresses/p0v1', '7: p0v1 inet 10.9.9.9/24');
      },
    ],
    [
      'a VF in a bridge',
      'LAB-HOST-FUNCTION-BUSY',
      (fake) => {
        fake.write('sys/class/net/p0v1/master', 'br0');
      },
    ],
    [
      'a VF whose netdev is in another network namespace',
      'LAB-HOST-FUNCTION-BUSY',
      (fake) => {
        fake.remove(`${device}/net/p0v1`);
      },
    ],
    [
      'a VF that is another’s vDPA device',
      'LAB-HOST-FUNCTION-BUSY',
      (fake) => {
        fake.write('sys/bus/vdpa/devices/foreign/mgmtdev', `pci/${VFS[1]}`);
      },
    ],
    [
      'no management device',
      'LAB-HOST-VDPA',
      (fake) => {
        fake.remove(`managed/${VFS[1]}`);
      },
    ],
    [
      'a device that cannot be made',
      'LAB-HOST-VDPA',
      (fake) => {
        fake.write('no-device', '');
      },
    ],
    [
      'a device that has no character device',
      'LAB-HOST-VDPA',
      (fake) => {
        fake.write('no-chardev', '');
      },
    ],
    [
      'a switch that cannot be set',
      'LAB-HOST-ESWITCH',
      (fake) => {
        fake.write('eswitch-stuck', '');
      },
      'switchdev',
    ],
    [
      'a switch that is to be set under VFs',
      'LAB-HOST-ESWITCH',
      (fake) => {
        fake.write(`sys/bus/pci/devices/${PF}/sriov_numvfs`, '8');
      },
      'switchdev',
    ],
    [
      'a representor in a bridge',
      'LAB-HOST-FUNCTION-BUSY',
      (fake) => {
        fake.write('sys/class/net/p0rep1/master', 'br0');
      },
      'switchdev',
    ],
  ];

  it.each(cases)('%s', async (_, code, spoil, eswitch) => {
    const fake = system('mlx5', eswitch ?? null);
    spoil(fake);
    const before = fake.state();
    const { exitCode, stderr } = await fake.run('functions.sh');
    expect(exitCode).toBe(1);
    const [said, message, hint] = stderr.trim().split('\n').slice(-3);
    expect(said).toBe(code);
    expect(message).not.toBe('');
    expect(hint).not.toBe('');
    expect(withoutEmptyFolders(fake.state())).toEqual(withoutEmptyFolders(before));
    expect(existsSync(join(fake.work, 'functions.journal'))).toBe(false);
  });

  it('too little memory that may be locked', async () => {
    const fake = system('mlx5');
    const before = fake.state();
    // Root of a user namespace may not lift the limit.
    const limited = ['prlimit', '--memlock=65536:65536', 'unshare', '--user', '--map-root-user'];
    const { exitCode, stderr } = await fake.run('functions.sh', { REAL_LIMIT: 'yes' }, limited);
    expect(exitCode, stderr).toBe(1);
    expect(stderr).toContain('LAB-HOST-MEMLOCK');
    expect(withoutEmptyFolders(fake.state())).toEqual(withoutEmptyFolders(before));
  });
});

describe('killed in the middle, functions-undo.sh puts all back', () => {
  it.each([
    ['virtio', null],
    ['mlx5', 'switchdev'],
  ] as const)('%s, its switch %s, at any call of a program', async (kind, eswitch) => {
    const whole = system(kind, eswitch);
    await whole.run('functions.sh');
    const calls = whole.calls();
    expect(calls).toBeGreaterThan(10);
    for (let call = 1; call <= calls; call += 1) {
      const fake = system(kind, eswitch);
      const before = fake.state();
      await fake.run('functions.sh', { KILL_AT: String(call) });
      await undone(fake, before);
    }
  });
});

it('what cannot be taken back stays in the journal, and is taken back once it can be', async () => {
  const fake = system('mlx5', 'switchdev');
  const before = fake.state();
  await fake.run('functions.sh');
  fake.write('eswitch-stuck', '');
  expect((await fake.run('functions-undo.sh')).exitCode).toBe(1);
  expect(readFileSync(join(fake.work, 'functions.journal'), 'utf8')).toBe(`eswitch ${PF} legacy\n`);
  fake.remove('eswitch-stuck');
  await undone(fake, before);
});

it('the journal says what was changed', async () => {
  const fake = system('virtio');
  await fake.run('functions.sh');
  const journal = readFileSync(join(fake.work, 'functions.journal'), 'utf8');
  expect(journal).toContain(`numvfs ${PF}\n`);
  expect(journal).toContain(`driver ${VFS[0]} virtio-pci ${NO_OVERRIDE}\nvdpa guest-pf0\n`);
});
