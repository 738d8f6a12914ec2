import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { usePlace } from './support/lab.js';

const place = usePlace();

beforeEach(() => {
  place().write(
    'mine/lab.yaml',
    'machines:\n  guest:\n    nics:\n      pf0: { backend: user, vfs: 1 }\nchecks: [vf-creation]\n',
  );
});

describe('--set', () => {
  it('changes what is rendered and drawn, and may stand before LAB and be repeated', async () => {
    const settings = ['--set', 'machines.guest.nics.pf0.vfs=2', '--set', 'machines.guest.memory=1G'];
    expect(await place().lab('render', ...settings, 'mine', '-o', 'out')).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    const text = readFileSync(join(place().folder, 'out/guest.qemu'), 'utf8');
    expect(text.match(/sriov-pf=pf0/g)).toHaveLength(2);
    expect(text).toContain('\n-m\n1024\n');
    expect((await place().lab('graph', 'mine', ...settings)).stdout).toMatch(/vf1/);
    expect((await place().lab('graph', 'mine')).stdout).not.toMatch(/vf1/);
  });

  it('changes every definition that validate is given', async () => {
    place().write('other.yaml', 'machines:\n  guest: {}\n');
    const outcome = await place().lab('validate', 'mine', 'other.yaml', '--set', 'machines.guest.cpus=900');
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(
      outcome.stderr.match(
        /^--set machines\.guest\.cpus=900: `machines\.guest\.cpus` is 900 \[LAB-SHAPE-VALUE\]$/gm,
      ),
    ).toHaveLength(2);
    expect(
      await place().lab('validate', 'mine', 'other.yaml', '--set', 'machines.guest.cpus=9'),
    ).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ['validate', 'mine'],
    ['render', 'mine', '-o', 'out'],
    ['graph', 'mine'],
    ['up', 'mine', '--accel', 'tcg'],
    ['test', 'mine', '--accel', 'tcg'],
  ])('is refused by lab %s when it is none, before anything is done', async (...argv) => {
    const outcome = await place().lab(...argv, '--set', 'machines.guest');
    expect(outcome).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        '--set machines.guest: there is no `=` [LAB-SET]\n  next: write PATH=VALUE, such as machines.guest.cpus=4\n',
    });
  });

  it.each(['down', 'status', 'logs', 'exec', 'console'])(
    'is no flag of lab %s, which works from what is up',
    async (command) => {
      const outcome = await place().lab(command, 'mine', '--set', 'checks=[]');
      expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
      expect(outcome.stderr).toContain('[LAB-USAGE]');
      expect((await place().lab(command, '--help')).stdout).not.toContain('--set');
    },
  );
});
