import { isAbsolute, join } from 'node:path';
import { keyringVariable } from '../toolchain/debian-keyring.js';
import { rockyMirrorVariable } from '../images/disk/rocky.js';
import { EnvironmentError } from '../errors/families.js';
import type { Environment } from '../model/environment.js';
import { homeFolder } from './home-folder.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** The XDG base directory specification ignores relative paths. */
function baseFolder(value: string | undefined, fallback: string, home: string | undefined): string {
  const isNamed = value !== undefined && isAbsolute(value);
  return join(isNamed ? value : join(home ?? noHome(), fallback), 'sriov-lab');
}

function noHome(): never {
  throw new EnvironmentError({
    code: 'LAB-ENV-HOME',
    message: 'the current user has no home folder',
    hint: 'set HOME to the path of a folder, or XDG_CACHE_HOME and XDG_STATE_HOME',
  });
}

/** An empty variable counts as one that is not set. */
function named(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** What the variables of this process say. Throws EnvironmentError if they name no folders and the user has no home. */
export function readEnvironment(variables: Variables = process.env): Environment {
  const home = homeFolder(variables['HOME']);
  return {
    cache: baseFolder(variables['XDG_CACHE_HOME'], '.cache', home),
    state: baseFolder(variables['XDG_STATE_HOME'], '.local/state', home),
    debianKeyring: named(variables[keyringVariable]),
    rockyMirror: named(variables[rockyMirrorVariable]),
  };
}
