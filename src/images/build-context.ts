import type { Environment } from '../model/environment.js';
import type { AccelerationWish, Toolchain } from '../toolchain/types.js';

/** What an image is built with. */
export interface BuildContext {
  readonly toolchain: Toolchain;
  readonly environment: Environment;
  /** Debian mirror's URL that the user asked for. */
  readonly mirror: string | undefined;
  /** How a machine is to be run that a build needs; undefined: by KVM if it serves. */
  readonly acceleration?: AccelerationWish | undefined;
}
