import type { Environment } from '../../src/model/environment.js';

/** An environment in which `folder` is the cache and the state folder, and nothing else is set. */
export function environmentIn(folder: string): Environment {
  return { cache: folder, state: folder, debianKeyring: undefined, rockyMirror: undefined };
}
