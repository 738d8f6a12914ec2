import { isAbsolute, join } from 'node:path';
import { EnvironmentError } from '../errors/families.js';
import { homeFolder } from './home-folder.js';

const NAME = 'sriov-lab';

export type Variables = Readonly<Record<string, string | undefined>>;

function home(variables: Variables): string {
  const folder = homeFolder(variables['HOME']);
  if (folder !== undefined) return folder;
  throw new EnvironmentError({
    code: 'LAB-ENV-HOME',
    message: 'the current user has no home folder',
    hint: 'set HOME to the path of a folder, or XDG_CACHE_HOME and XDG_STATE_HOME',
  });
}

/** A folder of lab's own by the XDG base directory specification, which ignores relative paths. */
function baseFolder(variables: Variables, variable: string, fallback: string): string {
  const named = variables[variable];
  const base = named !== undefined && isAbsolute(named) ? named : join(home(variables), fallback);
  return join(base, NAME);
}

/** What can be made again. Throws EnvironmentError if no variable names a folder and the user has no home. */
export function cacheFolder(variables: Variables = process.env): string {
  return baseFolder(variables, 'XDG_CACHE_HOME', '.cache');
}

/** What runs, and the results of what ran. Throws EnvironmentError as cacheFolder does. */
export function stateFolder(variables: Variables = process.env): string {
  return baseFolder(variables, 'XDG_STATE_HOME', '.local/state');
}
