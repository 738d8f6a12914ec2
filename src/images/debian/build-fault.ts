import { EnvironmentError } from '../../errors/families.js';
import { programsFor, requirePrograms } from '../../toolchain/requirements.js';
import { faultIn } from '../../process/words.js';

/** Throws EnvironmentError when this computer lacks a program that base.sh or layer.sh runs. */
export function requireBuildPrograms(): void {
  requirePrograms(programsFor.debianImages, 'building an image of Debian');
}

/** The error for what base.sh or layer.sh says of this computer; undefined if it says nothing of it: then something else is wrong. */
export function buildFault(said: string): EnvironmentError | undefined {
  const fault = faultIn(said);
  if (fault?.code !== 'LAB-ENV-DISK-FULL') return fault;
  return new EnvironmentError(
    {
      code: 'LAB-ENV-DISK-FULL',
      message:
        'the build of the image has no room left: it unpacks into memory, and writes its disk to the cache',
      hint: 'free memory and make room in the cache folder, or put it on another disk with XDG_CACHE_HOME',
    },
    { cause: fault.cause },
  );
}
