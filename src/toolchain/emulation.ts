import type { Accelerator } from './types.js';

/** How many times slower an emulated CPU on a busy computer is than a real one, and one emulated in it than that. */
const EMULATION_FACTOR = 5;

/** Converts a time limit for a computer with virtualization to one for this accelerator. In whatever unit. */
export function scaledLimit(limit: number, accelerator: Accelerator): number {
  return accelerator === 'tcg' ? limit * EMULATION_FACTOR : limit;
}
