import type { Accelerator } from '../toolchain/types.js';

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
