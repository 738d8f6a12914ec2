import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../../src/cli/environment.js';

it('has the folders that the XDG variables name', () => {
  const { cache, state } = readEnvironment({ XDG_CACHE_HOME: '/caches', XDG_STATE_HOME: '/states' });
  expect([cache, state]).toEqual(['/caches/sriov-lab', '/states/sriov-lab']);
});

it('has folders in the home folder where the variables name none, or a relative path', () => {
  const usual = ['/home/me/.cache/sriov-lab', '/home/me/.local/state/sriov-lab'];
  for (const variables of [{}, { XDG_CACHE_HOME: 'caches', XDG_STATE_HOME: '' }]) {
    const { cache, state } = readEnvironment({ HOME: '/home/me', ...variables });
    expect([cache, state]).toEqual(usual);
  }
});

it('has no folders below the working folder, whatever HOME is', () => {
  const { homedir: recorded } = userInfo();
  for (const HOME of ['', '.', 'home', '/', undefined]) {
    const { cache, state } = readEnvironment({ HOME });
    expect([cache, state]).toEqual([
      join(recorded, '.cache/sriov-lab'),
      join(recorded, '.local/state/sriov-lab'),
    ]);
  }
  expect(readEnvironment({ HOME: '/home/me' }).cache).toBe('/home/me/.cache/sriov-lab');
});

describe('a user without a home folder', () => {
  /** What a process of a user whom the system does not know says. */
  function asNobody(variables: Record<string, string>): string {
    const environment = fileURLToPath(new URL('../../../src/cli/environment.ts', import.meta.url));
    const script = `
      import os from 'node:os';
      import { syncBuiltinESMExports } from 'node:module';
      os.userInfo = () => { throw Object.assign(new Error('ENOENT'), { code: 'ERR_SYSTEM_ERROR' }); };
      syncBuiltinESMExports();
      const { readEnvironment } = await import(${JSON.stringify(environment)});
      try { console.log(JSON.stringify(readEnvironment(${JSON.stringify(variables)}))); } catch (error) { console.log(error.code); }
    `;
    return execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    }).trim();
  }

  it('is told to name folders, and needs none then', () => {
    expect(asNobody({})).toBe('LAB-ENV-HOME');
    expect(asNobody({ HOME: '/' })).toBe('LAB-ENV-HOME');
    expect(asNobody({ XDG_CACHE_HOME: '/caches' })).toBe('LAB-ENV-HOME');
    expect(asNobody({ XDG_CACHE_HOME: '/caches', XDG_STATE_HOME: '/states' })).toContain(
      '"/states/sriov-lab"',
    );
  });
});

it('takes an empty variable for one that is not set', () => {
  const variables = { LAB_DEBIAN_KEYRING: '/keys.gpg', LAB_ROCKY_MIRROR: '' };
  expect(readEnvironment(variables)).toMatchObject({ debianKeyring: '/keys.gpg', rockyMirror: undefined });
});
