import type { Progress } from '../model/progress.js';

const UPDATE_INTERVAL_MS = 10_000;

/** One line when a step begins and one when it ends; for long steps, one every ten seconds in between. */
export function plainProgress(write: (line: string) => void): Progress {
  return {
    step: (title) => {
      const started = Date.now();
      let lastUpdate = started;
      write(`… ${title}`);
      const end = (mark: string, note: string | undefined): void => {
        const seconds = ((Date.now() - started) / 1000).toFixed(1);
        write(`${mark} ${title} (${seconds} s)${note === undefined ? '' : `: ${note}`}`);
      };
      return {
        update: (detail) => {
          if (Date.now() - lastUpdate < UPDATE_INTERVAL_MS) return;
          lastUpdate = Date.now();
          write(`… ${title}: ${detail}`);
        },
        done: (note) => {
          end('✔', note);
        },
        failed: () => {
          end('✖', undefined);
        },
      };
    },
    warn: (message) => {
      write(`! ${message}`);
    },
  };
}
