import type { RunResult } from '../process/run.js';

export interface HostRunOptions {
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
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
