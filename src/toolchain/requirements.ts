import { EnvironmentError } from '../errors/families.js';
import { findProgram } from '../process/find-program.js';
import { installHint } from '../process/packages.js';

/** The programs of this computer that lab runs, by what for. What its scripts call is among them. */
export const programsFor = {
  labs: ['flock', 'nsenter', 'setpriv', 'sh', 'sync', 'unshare'],
  fetching: ['mmdebstrap', 'apt-get', 'setpriv', 'timeout'],
  treesAsRoots: ['chroot', 'mount', 'setpriv', 'timeout', 'unshare'],
  debianImages: [
    ...['awk', 'chroot', 'debugfs', 'dumpe2fs', 'e2fsck', 'find', 'mke2fs', 'mount'],
    ...['setpriv', 'tar', 'timeout', 'umount', 'unshare'],
  ],
  diskImages: ['virt-customize', 'guestfish', 'supermin', 'setpriv', 'timeout', 'unshare'],
} as const;

/** The packages that give Debian and Ubuntu all that provisioning needs. */
const keyringPackage = 'debian-archive-keyring';

/** The one line that installs them. */
export const installLine = installHint(['mmdebstrap'], [keyringPackage]);

/** Those of the programs that this computer does not have. */
export function missingOf(programs: readonly string[]): string[] {
  return programs.filter((name) => findProgram(name) === undefined);
}

/** Throws EnvironmentError, which names them all, when programs are not there. `what`: what they are for, as a subject. */
export function requirePrograms(programs: readonly string[], what: string): void {
  const missing = missingOf(programs);
  if (missing.length === 0) return;
  throw new EnvironmentError({
    code: 'LAB-ENV-PROGRAM',
    message: `${what} needs ${missing.join(', ')}, which this computer does not have`,
    hint: installHint(missing),
  });
}

/** Throws EnvironmentError when mmdebstrap or a program that it is run with is not there. */
export function requireMmdebstrap(): void {
  const missing = missingOf(programsFor.fetching);
  if (missing.length === 0) return;
  throw new EnvironmentError({
    code: 'LAB-ENV-MMDEBSTRAP',
    message: `fetching the toolchain needs ${missing.join(', ')}`,
    hint: installHint(missing, [keyringPackage]),
  });
}
