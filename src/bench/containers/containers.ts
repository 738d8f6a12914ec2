import type { CheckScript, ScriptPlace } from '../../checks/check.js';
import { guestPath } from '../../checks/guest-script.js';
import type { Accelerator } from '../../toolchain/types.js';
import type { Side } from '../measurements.js';

/** A script of a bench, and where it runs. */
export interface PlacedScript {
  readonly path: string;
  readonly on: ScriptPlace;
}

/** The containers of a bench, one for each side, whatever they are. */
export interface Containers {
  /** What each is, in words. */
  readonly words: Readonly<Record<Side, string>>;
  /** Make them, and confirm that they are as the lab says. Each needs those before it. */
  readonly setUp: readonly PlacedScript[];
  /** Time limit of each, in ms without emulation. */
  readonly setUpLimitMs: number;
  /** Removes both. */
  readonly end: PlacedScript;
  /** How long that may take, in ms, whatever the machine runs under: who has interrupted the bench waits for it. */
  readonly endLimitMs: number;
  /** These scripts and ENTER_SCRIPT. */
  scripts(accelerator: Accelerator): CheckScript[];
}

/** The script that runs a command in a container: `sh enter.sh SIDE SECONDS COMMAND...`, in the machine. */
export const ENTER_SCRIPT = 'bench/enter.sh';

/** Where ENTER_SCRIPT is in the machine. */
export const ENTER = guestPath(ENTER_SCRIPT);

/** The script that sets up or confirms one side, in the machine. */
export function sideScript(side: Side): string {
  return `bench/${side}.sh`;
}

export const END_SCRIPT = 'bench/end.sh';
