import type { Progress } from '../model/progress.js';
import type { Acceleration, Toolchain } from '../toolchain/types.js';

/** What an image is built with. */
export interface BuildContext {
  readonly toolchain: Toolchain;
  /** libguestfs boots a guest of its own: it is told the same decision as a lab. */
  readonly acceleration: Acceleration;
  /** Debian mirror's URL that the user asked for. */
  readonly mirror: string | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}
