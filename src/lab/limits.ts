import type { Machine } from '../model/lab.js';
import type { Acceleration, Accelerator } from '../toolchain/types.js';

/** How many times slower an emulated CPU on a busy computer is than a real one. */
const EMULATION_FACTOR = 5;
const BOOT_LIMIT_MS = 30_000;
const BOOT_LIMIT_PER_FUNCTION_MS = 500;

/** Converts a time limit (ms) for a computer with virtualization to one for this accelerator. */
export function scaledLimitMs(limitMs: number, accelerator: Accelerator): number {
  return accelerator === 'tcg' ? limitMs * EMULATION_FACTOR : limitMs;
}

/** How many times slower emulation inside emulation is. */
const NESTED_EMULATION_FACTOR = 5;

/**
 * How long a machine with this many PCI functions may take until its guest agent answers, in ms. `nested`: it is emulated inside an
 * emulated machine.
 */
export function bootLimitMs(functions: number, accelerator: Accelerator, nested = false): number {
  const limitMs = scaledLimitMs(BOOT_LIMIT_MS + functions * BOOT_LIMIT_PER_FUNCTION_MS, accelerator);
  return nested ? limitMs * NESTED_EMULATION_FACTOR : limitMs;
}

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
  const outer = scaledLimitMs(limitMs, outside);
  return machine === null || machine.on === null ? outer : scaledLimitMs(outer, inside);
}
