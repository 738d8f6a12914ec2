import { findDebianKeyring } from '../debian-keyring.js';
import { findProgram } from '../../process/find-program.js';
import { installLine } from '../requirements.js';
import type { Toolchain } from '../types.js';
import type { Probe } from './probe.js';

/** What fetching the toolchain takes; required only as long as there is none. */
export function probeMmdebstrap(toolchain: Toolchain | undefined): Probe {
  return presence('mmdebstrap', findProgram('mmdebstrap'), toolchain);
}

export function probeKeyring(keyring: string | undefined, toolchain: Toolchain | undefined): Probe {
  return presence('Debian keyring', findDebianKeyring(keyring), toolchain);
}

function presence(name: string, found: string | undefined, toolchain: Toolchain | undefined): Probe {
  const required = toolchain === undefined;
  if (found !== undefined) return { name, verdict: 'ok', required, found };
  return {
    name,
    verdict: 'missing',
    required,
    found: required ? 'not here' : 'not here, and not needed: the toolchain is already fetched',
    remedy: installLine,
  };
}
