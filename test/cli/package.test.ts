import { execa } from 'execa';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageFolder } from '../../src/model/folders.js';
import { useScratch } from '../support/scratch.js';

// What `npm install` of the package gives: no src/, and no node_modules/, as it has no dependencies.
const scratch = useScratch();

/** Packs the package, unpacks it elsewhere and returns its folder. */
async function unpackedPackage(): Promise<string> {
  const env = { npm_config_cache: join(scratch(), 'npm-cache') };
  const { stdout } = await execa(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch(), packageFolder()],
    { env },
  );
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await execa('tar', ['xf', join(scratch(), filename), '-C', scratch()]);
  const folder = join(scratch(), 'package');
  expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).not.toHaveProperty('dependencies');
  return folder;
}

describe('the package, installed somewhere else', () => {
  it('finds all that it needs', async () => {
    const folder = await unpackedPackage();
    const lab = async (...args: string[]): Promise<{ exitCode?: number; stdout: string; stderr: string }> =>
      execa(process.execPath, [join(folder, 'bin/run.js'), ...args], { cwd: scratch(), reject: false });

    expect(await lab('validate', 'quickstart')).toMatchObject({ exitCode: 0, stdout: 'valid', stderr: '' });
    const rendered = join(scratch(), 'rendered');
    expect(await lab('render', 'quickstart', '-o', rendered)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readdirSync(rendered)).toEqual(
      expect.arrayContaining(['README.md', 'guest.qemu', 'network.sh', 'run.sh']),
    );
    expect(await lab('init', 'mine')).toMatchObject({ exitCode: 0 });
    expect(await lab('validate', join(scratch(), 'mine'))).toMatchObject({ exitCode: 0 });
    expect((await lab('--version')).stdout).toMatch(/^sriov-lab\/\d/);
    expect((await lab('help', 'up')).stdout).toContain('USAGE');
    expect(await lab('validte')).toMatchObject({ exitCode: 2 });
    // The guest's own files are read when an image is built, which takes a toolchain.
    const guestFiles = 'images/micro/files';
    expect(readdirSync(join(folder, 'dist', guestFiles)).sort()).toEqual(
      readdirSync(join(packageFolder(), 'src', guestFiles)).sort(),
    );
    expect(readFileSync(join(folder, 'dist/THIRD-PARTY.txt'), 'utf8')).toMatch(/^zod \d.*\(MIT\)$/m);
  });
});
