import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

const NAME = 'sriov-lab';

/** A folder of lab's own by the XDG base directory specification, which ignores relative paths. */
export function baseFolder(value: string | undefined, fallback: string): string {
  const base = value !== undefined && isAbsolute(value) ? value : join(homedir(), fallback);
  return join(base, NAME);
}

/** What can be made again. */
export function cacheFolder(variables: Readonly<Record<string, string | undefined>> = process.env): string {
  return baseFolder(variables['XDG_CACHE_HOME'], '.cache');
}
