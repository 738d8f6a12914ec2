import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The XDG base directory specification ignores relative paths. */
function baseFolder(variable: string, fallback: string): string {
  const value = process.env[variable];
  const base = value !== undefined && isAbsolute(value) ? value : join(homedir(), fallback);
  return join(base, 'sriov-lab');
}

/** Toolchains and images: may be deleted at any time when no lab runs. */
export function cacheFolder(): string {
  return baseFolder('XDG_CACHE_HOME', '.cache');
}

/** Running labs: what `down` works from. */
export function stateFolder(): string {
  return baseFolder('XDG_STATE_HOME', '.local/state');
}

/** The folder of this package, with labs/ and package.json in it. */
export function packageFolder(): string {
  return fileURLToPath(new URL('../..', import.meta.url));
}
