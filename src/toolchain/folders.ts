import { join } from 'node:path';
import type { Environment } from '../model/environment.js';

/** Where the trees, the lock that guards their making, and remembered answers of probes live. */
export function toolchainFolder({ cache }: Environment): string {
  return join(cache, 'toolchain');
}
