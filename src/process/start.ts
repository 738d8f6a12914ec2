import { execa, type Options } from 'execa';
import { closeSync, openSync } from 'node:fs';
import { identify, type ProcessIdentity } from './identity.js';
import { failureOf } from './process-error.js';
import { surroundings } from './surroundings.js';

export interface StartOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Where stdout and stderr go; appended to. */
  readonly logFile: string;
  /**
   * `closed`: no input. `held`: the program's standard input stays open until `release` or until this process ends,
   * so that a program that waits for a line can tell that its starter died.
   */
  readonly stdin?: 'closed' | 'held';
}

export interface StartedProcess {
  readonly identity: ProcessIdentity;
  /** Resolves when it has ended, with what is known of how. Never rejects. */
  readonly ended: Promise<{ exitCode: number | undefined; signal: string | undefined }>;
  /** Writes a last line to a held standard input and closes it. */
  release(line: string): Promise<void>;
  /** Lets this process exit while the started one goes on. */
  detach(): void;
}

/** Starts a program that outlives this one, in a session of its own. Throws EnvironmentError if it cannot be started. */
export async function start(
  argv: readonly [string, ...string[]],
  options: StartOptions,
): Promise<StartedProcess> {
  const [file, ...args] = argv;
  const log = openSync(options.logFile, 'a', 0o600);
  try {
    const settings: Options = {
      cwd: options.cwd,
      env: surroundings(options.env),
      detached: true,
      cleanup: false,
      reject: false,
      buffer: false,
      stdin: options.stdin === 'held' ? 'pipe' : 'ignore',
      // execa takes any descriptor; its types know only those from 3 to 9.
      stdout: log as 3,
      stderr: log as 3,
    };
    const subprocess = execa(file, args, settings);
    const identity = subprocess.pid === undefined ? undefined : identify(subprocess.pid);
    if (identity === undefined) throw failureOf(argv, await subprocess, options.cwd);
    return {
      identity,
      ended: (async () => {
        const result = await subprocess;
        return { exitCode: result.exitCode, signal: result.signal };
      })(),
      release: async (line) =>
        new Promise((resolve, reject) => {
          const { stdin } = subprocess.nodeChildProcess;
          if (!stdin) {
            resolve();
            return;
          }
          stdin.once('error', reject);
          stdin.end(`${line}\n`, resolve);
        }),
      detach: () => {
        subprocess.nodeChildProcess.unref();
        (subprocess.nodeChildProcess.stdin as { unref?: () => void } | null)?.unref?.();
      },
    };
  } finally {
    closeSync(log);
  }
}
