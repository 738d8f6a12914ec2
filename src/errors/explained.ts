import type { Problem } from './lab-error.js';

/** An error that knows what a user should read of it if nobody who knows more catches it. */
export abstract class ExplainedError extends Error {
  /** Where it happened, as far as is known. */
  place: string | undefined;

  abstract readonly problem: Problem;
}
