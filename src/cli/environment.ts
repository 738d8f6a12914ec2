import { keyringVariable } from '../toolchain/debian-keyring.js';
import { rockyMirrorVariable } from '../images/disk/rocky.js';
import type { Environment } from '../model/environment.js';
import { cacheFolder, stateFolder, type Variables } from './base-folders.js';

/** An empty variable counts as one that is not set. */
function named(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** What the variables of this process say. Throws EnvironmentError if they name no folders and the user has no home. */
export function readEnvironment(variables: Variables = process.env): Environment {
  return {
    cache: cacheFolder(variables),
    state: stateFolder(variables),
    debianKeyring: named(variables[keyringVariable]),
    rockyMirror: named(variables[rockyMirrorVariable]),
  };
}
