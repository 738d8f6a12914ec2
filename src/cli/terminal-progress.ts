import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { Progress, ProgressStep } from '../model/progress.js';

const MAX_DETAIL = 100;

/** Shows a step as a line of listr2 on stderr, with a spinner and the current detail. */
function startTask(title: string): ProgressStep {
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  let current: { output: string; title: string } | undefined;
  const settled = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  const logger = new ListrLogger({
    useIcons: true,
    processOutput: new ProcessOutput(process.stderr, process.stderr),
  });
  const list = new Listr(
    [
      {
        title,
        task: async (_, task) => {
          current = task;
          await settled;
        },
      },
    ],
    {
      renderer: 'default',
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- listr2's own two enums of the same levels
      rendererOptions: { logger },
      registerSignalListeners: false,
      exitOnError: false,
    },
  );
  const finished = list.run();
  // The caller reports a failed step as an error.
  finished.catch(() => undefined);
  return {
    update: (detail) => {
      if (current !== undefined) current.output = detail.slice(0, MAX_DETAIL);
    },
    done: (note) => {
      if (current !== undefined && note !== undefined) current.title = `${title}: ${note}`;
      settle?.resolve();
    },
    failed: () => {
      settle?.reject(new Error(title));
    },
  };
}

export function terminalProgress(): Progress {
  return {
    step: startTask,
    warn: (message) => {
      process.stderr.write(`! ${message}\n`);
    },
  };
}
