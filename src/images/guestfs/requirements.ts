import { existsSync } from 'node:fs';
import { EnvironmentError } from '../../errors/families.js';
import { missingOf, programsFor } from '../../toolchain/requirements.js';

const INSTALL = 'sudo apt-get install libguestfs-tools libguestfs-xfs';
/** What supermin takes the owner and the mode of, though the modules come from elsewhere. */
const MODULES = '/lib/modules';

function lacking(message: string, hint: string): EnvironmentError {
  return new EnvironmentError({ code: 'LAB-ENV-LIBGUESTFS', message, hint });
}

/** Throws EnvironmentError when this computer lacks what changes the disks of other distributions. */
export function requireLibguestfs(): void {
  const missing = missingOf(programsFor.diskImages);
  if (missing.length > 0)
    throw lacking(`images on a disk need libguestfs, and this computer lacks ${missing.join(', ')}`, INSTALL);
  if (existsSync(MODULES)) return;
  throw lacking(
    `images on a disk need libguestfs, which does not work without the folder ${MODULES}`,
    `sudo mkdir -p ${MODULES}; the folder may be empty`,
  );
}
