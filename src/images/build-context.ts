import type { Progress } from '../model/progress.js';
import type { Toolchain } from '../toolchain/types.js';

/** What an image is built with. */
export interface BuildContext {
  readonly toolchain: Toolchain;
  /** Debian mirror's URL that the user asked for. */
  readonly mirror: string | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}
