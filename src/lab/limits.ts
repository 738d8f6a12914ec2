import { functionsOf, type Machine } from '../model/lab.js';
import { scaledLimit } from '../toolchain/emulation.js';
import type { Acceleration, Accelerator } from '../toolchain/types.js';

const BOOT_LIMIT_MS = 30_000;
/** Of a guest with an image that has a disk: a whole distribution starts. */
const DISK_BOOT_LIMIT_MS = 60_000;
const BOOT_LIMIT_PER_FUNCTION_MS = 500;

/** The accelerators of the machines of a lab: of those on this computer, and of those inside them. */
export interface Accelerators {
  readonly outside: Accelerator;
  readonly inside: Accelerator;
}

export function acceleratorsOf(of: {
  readonly acceleration: Acceleration;
  readonly accelerationInside: Acceleration;
}): Accelerators {
  return { outside: of.acceleration.accelerator, inside: of.accelerationInside.accelerator };
}

/** The accelerator of a machine. */
export function acceleratorAt({ on }: Pick<Machine, 'on'>, { outside, inside }: Accelerators): Accelerator {
  return on === null ? outside : inside;
}

/**
 * Converts a time limit (ms) for a computer with virtualization to one for a place of the lab. Emulation slows this computer itself too:
 * it leaves less of the processors to the others. `machine`: the one that the place is in; null: this computer.
 */
export function limitMsAt(
  machine: Pick<Machine, 'on'> | null,
  limitMs: number,
  { outside, inside }: Accelerators,
): number {
  const outer = scaledLimit(limitMs, outside);
  return machine === null || machine.on === null ? outer : scaledLimit(outer, inside);
}

/** How long a machine may take until its guest agent answers, in ms: longer for each of its PCI functions. */
export function bootLimitMs(
  { nics, on, disk }: Pick<Machine, 'nics' | 'on' | 'disk'>,
  accelerators: Accelerators,
): number {
  const functions = nics.flatMap(functionsOf).length;
  const limitMs = (disk ? DISK_BOOT_LIMIT_MS : BOOT_LIMIT_MS) + functions * BOOT_LIMIT_PER_FUNCTION_MS;
  return limitMsAt({ on }, limitMs, accelerators);
}
