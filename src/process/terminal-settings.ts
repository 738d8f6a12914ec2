import { runAttached } from './run-attached.js';

const never = new AbortController().signal;

/** The settings of the terminal that is this process's standard input, for `restoreTerminal`. */
export async function terminalSettings(): Promise<string> {
  const { stdout } = await runAttached(['stty', '-g'], { capture: true, signal: never });
  return stdout.trim();
}

/** Gives that terminal the settings that it had: a program that was killed does not do so itself. */
export async function restoreTerminal(settings: string): Promise<void> {
  await runAttached(['stty', settings], { capture: true, signal: never });
}
