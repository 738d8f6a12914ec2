import type { Machine } from '../model/lab.js';
import type { Acceleration, Accelerator } from '../toolchain/types.js';

/** How many times slower an emulated CPU on a busy computer is than a real one. */
const EMULATION_FACTOR = 5;
const BOOT_LIMIT_MS = 30_000;
/** Of a guest with an image that has a disk: a whole distribution starts. */
const DISK_BOOT_LIMIT_MS = 60_000;
const BOOT_LIMIT_PER_FUNCTION_MS = 500;

/** Converts a time limit (ms) for a computer with virtualization to one for this accelerator. */
export function scaledLimitMs(limitMs: number, accelerator: Accelerator): number {
  return accelerator === 'tcg' ? limitMs * EMULATION_FACTOR : limitMs;
}

/** How many times slower emulation inside emulation is. */
const NESTED_EMULATION_FACTOR = 5;

/** What of a machine decides how long its boot takes. */
export interface Booted {
  /** How many PCI functions it has. */
  readonly functions: number;
  /** Whether its image has a disk. */
  readonly disk: boolean;
}

/** How long a machine may take until its guest agent answers, in ms. `nested`: it is emulated inside an emulated machine. */
export function bootLimitMs({ functions, disk }: Booted, accelerator: Accelerator, nested = false): number {
  const limit = disk ? DISK_BOOT_LIMIT_MS : BOOT_LIMIT_MS;
  const limitMs = scaledLimitMs(limit + functions * BOOT_LIMIT_PER_FUNCTION_MS, accelerator);
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
