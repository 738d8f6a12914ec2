import { findDebianKeyring } from '../debian-keyring.js';
import { findProgram } from '../../process/find-program.js';
import { installLine } from '../requirements.js';
import type { Probe } from './probe.js';

/** What fetching the toolchain and images of Debian takes; required only as long as something is to be fetched. */
export function probeMmdebstrap(required: boolean): Probe {
  return presence('mmdebstrap', findProgram('mmdebstrap'), required);
}

export function probeKeyring(keyring: string | undefined, required: boolean): Probe {
  return presence('Debian keyring', findDebianKeyring(keyring), required);
}

function presence(name: string, found: string | undefined, required: boolean): Probe {
  if (found !== undefined) return { name, verdict: 'ok', required, found };
  return {
    name,
    verdict: 'missing',
    required,
    found: required ? 'not here' : 'not here, and not needed: the toolchain is already fetched',
    remedy: installLine,
  };
}
