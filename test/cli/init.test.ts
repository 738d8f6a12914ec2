import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nicModel, nicModelNames } from '../../src/devices/catalog.js';
import { initialFiles, initLab, INIT_BACKENDS } from '../../src/lab/init-lab.js';
import { readLab } from '../../src/definition/read-lab.js';
import { complaintAbout } from '../support/definition.js';
import { jsonOf, usePlace, type JsonErrors } from './support/lab.js';

const place = usePlace();

const possible = nicModelNames().filter((model) => nicModel(model).maxVfs > 0);

describe('the files of a new lab', () => {
  it.each(possible.flatMap((model) => INIT_BACKENDS.map((backend) => ({ model, backend }))))(
    'make a valid lab, whose checks have what they need: $model, $backend',
    ({ model, backend }) => {
      for (const vfs of [1, nicModel(model).maxVfs]) {
        const folder = join(place().folder, `${model}-${vfs}`);
        initLab(folder, { name: 'mine', model, backend, vfs, kubernetes: false }, false);
        expect(complaintAbout(join(folder, 'lab.yaml'))).toBeUndefined();
        const { lab } = readLab(folder);
        expect(lab).toMatchObject({ name: 'mine', machines: [{ nics: [{ model, vfs: { length: vfs } }] }] });
        expect(lab.checks.length).toBeGreaterThan(1);
      }
    },
  );

  it.each(['virtio-net', 'igb'])('make a valid cluster whose pods get VFs: %s', (model) => {
    const folder = join(place().folder, model);
    initLab(folder, { name: 'mine', model, backend: 'tap', vfs: 2, kubernetes: true }, false);
    expect(complaintAbout(join(folder, 'lab.yaml'))).toBeUndefined();
    const { lab } = readLab(folder);
    expect(lab.kubernetes?.nodes).toMatchObject([
      { machine: 'guest', uplink: 'uplink', pools: [{ resource: 'sriov.lab/pf0' }] },
    ]);
    expect(new Set(lab.checks.map(({ check }) => check))).toEqual(
      new Set(['cluster', 'pod-vf', 'pod-network']),
    );
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain('lab kubectl . -- get nodes');
  });

  it('are no cluster on a storage device, or on a user network', () => {
    const cluster = { name: 'mine', model: 'virtio-net', backend: 'tap', vfs: 2, kubernetes: true } as const;
    expect(() => initialFiles({ ...cluster, model: 'nvme' })).toThrow(/pods cannot get VFs of model nvme/);
    expect(() => initialFiles({ ...cluster, backend: 'user' })).toThrow(/pods on VFs need a network/);
  });

  it('name each other: the README the definition, the definition the schema beside it', () => {
    const files = initialFiles({
      name: 'mine',
      model: 'virtio-net',
      backend: 'tap',
      vfs: 3,
      kubernetes: false,
    });
    expect(files.map(({ path }) => path)).toEqual(['lab.yaml', 'README.md', 'lab.schema.json']);
    expect(files[0]?.content).toMatch(/^# yaml-language-server: \$schema=lab\.schema\.json\n/);
    expect(files[2]?.content).toBe(readFileSync('schema/lab.schema.json', 'utf8'));
  });
});

describe('lab init', () => {
  it('makes a folder that the other commands take', async () => {
    expect(await place().lab('init', 'mine')).toEqual({
      exitCode: 0,
      stdout: 'mine/lab.yaml\nmine/README.md\nmine/lab.schema.json\ntry it: lab test mine\n',
      stderr: '',
    });
    expect(await place().lab('validate', 'mine')).toMatchObject({ exitCode: 0, stdout: 'valid\n' });
    expect(await place().lab('graph', 'mine', '-o', 'mine.svg')).toMatchObject({ exitCode: 0 });
    expect(await place().lab('render', 'mine', '-o', 'out')).toMatchObject({ exitCode: 0 });
  });

  it('prints the same as JSON, and takes any folder', async () => {
    const outcome = await place().lab(
      'init',
      'mine',
      '--vfs',
      '8',
      '--backend',
      'user',
      '-o',
      'deep/er',
      '--json',
    );
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect(jsonOf(outcome)).toEqual({
      lab: 'mine',
      folder: 'deep/er',
      files: ['deep/er/lab.yaml', 'deep/er/README.md', 'deep/er/lab.schema.json'],
    });
    expect(readLab(join(place().folder, 'deep/er')).lab).toMatchObject({ name: 'mine', networks: [] });
  });

  it('takes a folder that is there and empty', async () => {
    mkdirSync(join(place().folder, 'mine'));
    expect(await place().lab('init', 'mine')).toMatchObject({ exitCode: 0 });
  });

  it('writes nothing with --dry-run, and refuses what it would refuse without', async () => {
    expect(await place().lab('init', 'mine', '--dry-run')).toMatchObject({
      exitCode: 0,
      stdout: 'mine/lab.yaml\nmine/README.md\nmine/lab.schema.json\n',
    });
    expect(readdirSync(place().folder)).toEqual([]);
    expect(await place().lab('init', 'Mine', '--dry-run')).toMatchObject({ exitCode: 2 });
  });

  it.each([
    [['mine'], 'LAB-INIT-NOT-EMPTY'],
    [['other', '-o', 'mine'], 'LAB-INIT-NOT-EMPTY'],
    [['other', '-o', 'mine/file'], 'LAB-ENV-PATH'],
    [['Mine'], 'LAB-USAGE'],
    [['a/b'], 'LAB-USAGE'],
    [['..'], 'LAB-USAGE'],
    [['a\nb'], 'LAB-USAGE'],
    [['a-name-of-sixteen'], 'LAB-USAGE'],
    [['other', '--vfs', '0'], 'LAB-USAGE'],
    [['other', '--vfs', '256'], 'LAB-USAGE'],
    [['other', '--model', 'e1000'], 'LAB-USAGE'],
    [['other', '--backend', 'vdpa'], 'LAB-USAGE'],
    [[], 'LAB-USAGE'],
  ])('%j is refused with %s, and nothing is written', async (argv, code) => {
    place().write('mine/file', 'kept');
    const outcome = await place().lab('init', ...argv, '--json');
    expect(outcome).toMatchObject({ exitCode: 2, stderr: '' });
    expect((jsonOf(outcome) as JsonErrors).errors[0]?.code).toBe(code);
    expect(readdirSync(place().folder)).toEqual(['mine']);
    expect(readdirSync(join(place().folder, 'mine'))).toEqual(['file']);
    expect(readFileSync(join(place().folder, 'mine/file'), 'utf8')).toBe('kept');
  });
});
