import { EnvironmentError } from '../errors/families.js';
import { findProgram } from '../process/find-program.js';

/** The one line that gives Debian and Ubuntu all that provisioning needs. */
export const installLine = 'sudo apt-get install mmdebstrap debian-archive-keyring';

/** Throws EnvironmentError when mmdebstrap or a program that it is run with is not there. */
export function requireMmdebstrap(): void {
  const missing = ['mmdebstrap', 'apt-get', 'setpriv', 'timeout'].filter(
    (name) => findProgram(name) === undefined,
  );
  if (missing.length === 0) return;
  throw new EnvironmentError({
    code: 'LAB-ENV-MMDEBSTRAP',
    message: `fetching the toolchain needs ${missing.join(', ')}`,
    hint: `${installLine}${missing.includes('setpriv') ? ' util-linux' : ''}`,
  });
}
