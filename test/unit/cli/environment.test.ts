import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readEnvironment } from '../../../src/cli/environment.js';

it('has the folders that the XDG variables name', () => {
  const { cache, state } = readEnvironment({ XDG_CACHE_HOME: '/caches', XDG_STATE_HOME: '/states' });
  expect([cache, state]).toEqual(['/caches/sriov-lab', '/states/sriov-lab']);
});

it('has folders in the home folder where the variables name none, or a relative path', () => {
  const usual = [join(homedir(), '.cache/sriov-lab'), join(homedir(), '.local/state/sriov-lab')];
  for (const variables of [{}, { XDG_CACHE_HOME: 'caches', XDG_STATE_HOME: '' }]) {
    const { cache, state } = readEnvironment(variables);
    expect([cache, state]).toEqual(usual);
  }
});

it('takes an empty variable for one that is not set', () => {
  const variables = { LAB_DEBIAN_KEYRING: '/keys.gpg', LAB_ROCKY_MIRROR: '' };
  expect(readEnvironment(variables)).toMatchObject({ debianKeyring: '/keys.gpg', rockyMirror: undefined });
});
