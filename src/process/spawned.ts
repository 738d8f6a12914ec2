import type { Readable, Writable } from 'node:stream';

/** The size of a terminal, in characters. */
export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** What a command gets for a terminal. */
export interface Terminal extends TerminalSize {
  /** What it can do, as in the variable TERM. */
  readonly type: string;
}

/** A command that runs somewhere, and whose streams are bytes. Both outputs have to be read, or it stops. */
export interface Spawned {
  /** Null if it was started without input. What is written after it has ended is dropped. */
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /**
   * Its exit code, and 128 plus the signal's number if a signal has ended it, as a shell has it. Rejects if it could not be started, or if
   * the way to it broke off.
   */
  readonly ended: Promise<number>;
  /** Tells its terminal, if it has one, that its size has changed. */
  readonly resize: (size: TerminalSize) => void;
  /** Ends it with all that it has started, and resolves when nothing of it is left. Never rejects. */
  readonly end: () => Promise<void>;
}
