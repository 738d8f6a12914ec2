import { keyringVariable } from '../toolchain/debian-keyring.js';
import { rockyMirrorVariable } from '../images/disk/rocky.js';
import type { Environment } from '../model/environment.js';
import { baseFolder, cacheFolder } from './base-folders.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** An empty variable counts as one that is not set. */
function named(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** What the variables of this process say. */
export function readEnvironment(variables: Variables = process.env): Environment {
  return {
    cache: cacheFolder(variables),
    state: baseFolder(variables['XDG_STATE_HOME'], '.local/state'),
    debianKeyring: named(variables[keyringVariable]),
    rockyMirror: named(variables[rockyMirrorVariable]),
  };
}
