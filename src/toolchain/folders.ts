import { join } from 'node:path';
import { cacheFolder } from '../model/folders.js';

/** Where the trees, the lock that guards their making, and remembered answers of probes live. */
export function toolchainFolder(): string {
  return join(cacheFolder(), 'toolchain');
}
