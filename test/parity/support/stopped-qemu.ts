import { spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';

/**
 * The fastest way to QEMU's verdict: the qtest accelerator runs no guest code, 16 MiB need no time, and QMP and qtest come
 * over inherited sockets, so that nothing has to be waited for or cleaned up.
 */
const bare = [
  ['-nodefaults', '-no-user-config', '-display', 'none', '-S', '-m', '16', '-accel', 'qtest'],
  ['-chardev', 'socket,id=parity-qmp,fd=3', '-qmp', 'chardev:parity-qmp'],
  ['-chardev', 'socket,id=parity-qtest,fd=4', '-qtest', 'chardev:parity-qtest', '-qtest-log', 'none'],
].flat();

/** Longest that a start may take: 255 functions take about 10 s on an idle machine, nearly all of it system time. */
const LONGEST_START_MS = 120_000;

/** A QEMU that has made its devices and stands still. */
export interface StoppedQemu {
  /** Sends lines of QEMU's qtest protocol (docs/devel/testing/qtest.rst) and returns the answers, in order. */
  qtest(commands: readonly string[]): Promise<string[]>;
  /** Runs a QMP command and returns what it returns. */
  qmp(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export type Verdict<T> =
  { readonly accepted: true; readonly seen: T } | { readonly accepted: false; readonly message: string };

/** Starts QEMU with `args`; if it accepts them, looks at it with `look`. QEMU has ended when this returns. */
export async function askQemu<T>(
  qemu: string,
  args: readonly string[],
  look: (qemu: StoppedQemu) => Promise<T>,
): Promise<Verdict<T>> {
  const child = spawn(qemu, [...bare, ...args], { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_START_MS);
  // A test that fails ends its process with other cases still under way.
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<void>((resolve) =>
    child.once('close', () => {
      resolve();
    }),
  );
  const gone = ended.then(() => undefined);
  try {
    const session = new Session(child.stdio[3] as Duplex, child.stdio[4] as Duplex);
    const ready = await Promise.race([session.qmp('qmp_capabilities').then(() => true), gone]);
    if (ready === undefined)
      return { accepted: false, message: `${stderr}${crashOf(child.signalCode)}`.trim() };
    const seen = await Promise.race([look(session).then((value) => ({ value })), gone]);
    if (seen === undefined) throw new Error(`QEMU ended while it was looked at: ${stderr}`);
    return { accepted: true, seen: seen.value };
  } finally {
    clearTimeout(timer);
    process.off('exit', kill);
    child.kill('SIGKILL');
    await ended;
  }
}

/** A QEMU that crashes on a composition has not accepted it; it just does not say why. */
function crashOf(signal: NodeJS.Signals | null): string {
  return signal === null ? '' : `QEMU crashed: ${signal}`;
}

class Session implements StoppedQemu {
  readonly #qmpAnswers: ((line: string) => void)[] = [];
  readonly #qtestAnswers: ((line: string) => void)[] = [];

  constructor(
    private readonly monitor: Duplex,
    private readonly tests: Duplex,
  ) {
    eachLine(monitor, (line) => {
      if (/^\{"(return|error)"/.test(line)) this.#qmpAnswers.shift()?.(line);
    });
    eachLine(tests, (line) => {
      if (/^(OK|FAIL|ERR)/.test(line)) this.#qtestAnswers.shift()?.(line);
    });
  }

  async qmp(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const answer = new Promise<string>((resolve) => this.#qmpAnswers.push(resolve));
    this.monitor.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
    const parsed = JSON.parse(await answer) as { return?: unknown; error?: { desc: string } };
    if (parsed.error !== undefined) throw new Error(`${command}: ${parsed.error.desc}`);
    return parsed.return;
  }

  async qtest(commands: readonly string[]): Promise<string[]> {
    const answers = commands.map(() => new Promise<string>((resolve) => this.#qtestAnswers.push(resolve)));
    this.tests.write(commands.map((command) => `${command}\n`).join(''));
    const lines = await Promise.all(answers);
    const bad = lines.findIndex((line) => !line.startsWith('OK'));
    if (bad >= 0) throw new Error(`qtest: ${commands[bad] ?? ''}: ${lines[bad] ?? ''}`);
    return lines;
  }
}

function eachLine(stream: Duplex, take: (line: string) => void): void {
  let buffer = '';
  // The end of the process is told by the process, not by its sockets.
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => {
    const lines = (buffer + chunk.toString()).split('\n');
    buffer = lines.pop() ?? '';
    for (const line of lines) take(line.trim());
  });
}
