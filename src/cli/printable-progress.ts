import { printable, printableLine } from '../errors/printable.js';
import type { Progress } from '../model/progress.js';

/** Progress with nothing in it that a terminal would obey: its details are what guests, mirrors and programs say. */
export function printableProgress(progress: Progress): Progress {
  return {
    step: (title) => {
      const step = progress.step(printableLine(title));
      return {
        update: (detail) => {
          step.update(printableLine(detail));
        },
        done: (note) => {
          step.done(note === undefined ? undefined : printableLine(note));
        },
        failed: () => {
          step.failed();
        },
      };
    },
    warn: (message) => {
      progress.warn(printable(message));
    },
  };
}
