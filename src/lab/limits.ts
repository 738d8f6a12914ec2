import type { Accelerator } from '../toolchain/types.js';

/** An emulated CPU on a busy computer is that much slower than a real one. */
const EMULATION_FACTOR = 5;
const BOOT_LIMIT_MS = 30_000;
const BOOT_LIMIT_PER_FUNCTION_MS = 500;

/** A time limit (ms) meant for a computer with virtualization, as it counts under this accelerator. */
export function scaledLimitMs(limitMs: number, accelerator: Accelerator): number {
  return accelerator === 'tcg' ? limitMs * EMULATION_FACTOR : limitMs;
}

/** Emulation inside emulation is that much slower again. */
const NESTED_EMULATION_FACTOR = 5;

/**
 * How long a machine with this many PCI functions may take until its guest agent answers, in ms. `nested`: emulated inside a
 * machine that is emulated itself.
 */
export function bootLimitMs(functions: number, accelerator: Accelerator, nested = false): number {
  const limitMs = scaledLimitMs(BOOT_LIMIT_MS + functions * BOOT_LIMIT_PER_FUNCTION_MS, accelerator);
  return nested ? limitMs * NESTED_EMULATION_FACTOR : limitMs;
}
