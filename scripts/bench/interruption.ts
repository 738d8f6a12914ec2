const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const controller = new AbortController();

/** Aborts when this program is asked to end: then the programs that it runs end, and whoever started something ends it. */
export const interruption = controller.signal;

/** From now on a signal to end does not end this program at once: it aborts `interruption` and decides the exit code. */
export function interruptOnSignals(): void {
  for (const [signal, exitCode] of Object.entries(EXIT_CODES)) {
    // Every time, not once: a second signal must not keep the cleanup from finishing.
    process.on(signal, () => {
      process.exitCode = exitCode;
      controller.abort(new Error(`interrupted by ${signal}`));
    });
  }
}
