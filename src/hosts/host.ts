import type { ProcessIdentity } from '../process/identity.js';
import type { RunResult } from '../process/run.js';

export interface HostRunOptions {
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** How a program ended; undefined where it cannot be told. */
export interface ProcessEnd {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/** A program that goes on by itself after its starter has ended. Its identity is one of the host's own. */
export interface HostProcess {
  /** The program itself, once it runs. */
  identify(): Promise<ProcessIdentity | undefined>;
  /** Resolves when it has ended. Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Stops looking after it: this process may end. */
  detach(): void;
}

/** What is known of a program before it begins. */
export interface StartedProcesses {
  /** What keeps it on this computer, and ends with it; null inside a machine. */
  readonly starter: ProcessIdentity | null;
  /** The program itself, on its host; null until it has been seen. */
  readonly main: ProcessIdentity | null;
}

/**
 * A place where artefacts run: the lab's namespace on this computer, a peer's, or the inside of a machine.
 * `apply` and the checks take one and do not ask which. Paths are relative to the host's working folder.
 */
export interface Host {
  /** For messages: `the lab's namespace`, `machine guest`. */
  readonly description: string;
  putFile(path: string, content: string | Uint8Array): Promise<void>;
  /** Runs a program to its end; any exit code is a result. */
  run(argv: readonly [string, ...string[]], options?: HostRunOptions): Promise<RunResult>;
}

/** A host that keeps programs running. */
export interface MachineHost extends Host {
  /**
   * Starts a program, with what it says going to `log`, a path in the lab's folder on this computer. `note` must store the
   * processes durably; the program begins only after that, and never if this process ends before.
   */
  start(
    argv: readonly [string, ...string[]],
    log: string,
    note: (processes: StartedProcesses) => void,
  ): Promise<HostProcess>;
  exists(path: string): Promise<boolean>;
  /** Whether it runs, and is not about to be gone. */
  isAlive(process: ProcessIdentity): Promise<boolean>;
  /** Ends a program for good with all that it has started, and waits for it. */
  kill(process: ProcessIdentity): Promise<void>;
}
