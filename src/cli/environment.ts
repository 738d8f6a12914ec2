import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { keyringVariable } from '../toolchain/debian-keyring.js';
import { rockyMirrorVariable } from '../images/disk/rocky.js';
import type { Environment } from '../model/environment.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** The XDG base directory specification ignores relative paths. */
function baseFolder(value: string | undefined, fallback: string): string {
  const base = value !== undefined && isAbsolute(value) ? value : join(homedir(), fallback);
  return join(base, 'sriov-lab');
}

/** An empty variable counts as one that is not set. */
function named(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** What the variables of this process say. */
export function readEnvironment(variables: Variables = process.env): Environment {
  return {
    cache: baseFolder(variables['XDG_CACHE_HOME'], '.cache'),
    state: baseFolder(variables['XDG_STATE_HOME'], '.local/state'),
    debianKeyring: named(variables[keyringVariable]),
    rockyMirror: named(variables[rockyMirrorVariable]),
  };
}
