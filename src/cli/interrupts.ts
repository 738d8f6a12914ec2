import { InterruptedError } from '../errors/families.js';
import { ExitCode } from '../errors/lab-error.js';

/**
 * A signal that is aborted by the first SIGINT or SIGTERM, so that the command can clean up. The second one exits at once: what still
 * runs of the lab, if the command is about one, stays recorded, and `lab down` removes it.
 */
export function interruptSignal(lab?: string): AbortSignal {
  const controller = new AbortController();
  const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => {
    if (controller.signal.aborted) {
      const rest = lab === undefined ? '' : `; \`lab down ${lab}\` removes what is left`;
      process.stderr.write(`leaving at once${rest}\n`);
      process.exit(signal === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated);
    }
    process.stderr.write('stopping; interrupt again to leave at once\n');
    controller.abort(new InterruptedError(signal));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}

/**
 * A signal that is aborted by SIGTERM, for a command that runs a program in its place. SIGINT is that program's own business: a terminal
 * sends it to both.
 */
export function terminationSignal(): AbortSignal {
  const controller = new AbortController();
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => {
    controller.abort(new InterruptedError('SIGTERM'));
  });
  return controller.signal;
}

/** A signal that is aborted by SIGINT or SIGTERM, which is how a command that only looks is meant to end; its exit code says so. */
export function quietInterrupt(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => {
    process.exitCode = signal === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated;
    controller.abort();
  };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  return controller.signal;
}
