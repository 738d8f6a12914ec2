import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Spawned, Terminal, TerminalSize } from '../process/spawned.js';

/** What a program that writes to a pipe without a reader ends with. */
const BROKEN_PIPE = 141;

function terminalSize(): TerminalSize {
  const [columns, rows] = process.stdout.isTTY ? process.stdout.getWindowSize() : [80, 24];
  return { rows, columns };
}

/** This process's terminal, for a command. */
export function ownTerminal(): Terminal {
  return { ...terminalSize(), type: process.env['TERM'] ?? 'xterm' };
}

async function passOn(from: Readable, to: Writable): Promise<void> {
  await pipeline(from, to, { end: false });
}

function isBrokenPipe(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE';
}

/** Gives a command this process's standard input, byte for byte, until `stop` is called. */
function feed(stdin: Writable): () => void {
  const source = process.stdin;
  stdin.on('error', () => undefined);
  source.pipe(stdin);
  return () => {
    source.unpipe(stdin);
    source.pause();
    source.destroy();
  };
}

/** Has the terminal pass every key on, and the command learn of its size, until `stop` is called. */
function lendKeys(command: Spawned): () => void {
  const { stdin, stdout } = process;
  const onResize = (): void => {
    command.resize(terminalSize());
  };
  stdin.setRawMode(true);
  stdout.on('resize', onResize);
  return () => {
    stdout.off('resize', onResize);
    stdin.setRawMode(false);
  };
}

/**
 * Connects a command with this process's standard streams, which it may have itself, until it has ended and all that it wrote is written.
 * `withTerminal`: they are a terminal, and the command's; it is as before in the end, however that comes. Returns the exit code, and that of
 * a broken pipe if nobody reads any more: the command is ended then.
 */
export async function attachStreams(command: Spawned, withTerminal: boolean): Promise<number> {
  const stops = [
    ...(withTerminal ? [lendKeys(command)] : []),
    ...(command.stdin === null ? [] : [feed(command.stdin)]),
  ];
  try {
    const [code] = await Promise.all([
      command.ended,
      passOn(command.stdout, process.stdout),
      passOn(command.stderr, process.stderr),
    ]);
    return code;
  } catch (error) {
    if (!isBrokenPipe(error)) throw error;
    await command.end();
    return BROKEN_PIPE;
  } finally {
    for (const stop of stops) stop();
  }
}
