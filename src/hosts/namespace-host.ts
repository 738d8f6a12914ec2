import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, type RunResult } from '../process/run.js';
import { childrenOf, identify, isStaying, killTree, type ProcessIdentity } from '../process/identity.js';
import { searchPath } from '../process/search-path.js';
import { runAttached, type AttachedOptions } from '../process/run-attached.js';
import { spawn, spawnWithSocket, TIED, type SocketProcess, type SpawnOptions } from '../process/spawn.js';
import type { Spawned } from '../process/spawned.js';
import { start } from '../process/start.js';
import { startPiped, type PipedProcess } from '../process/start-piped.js';
import type { HostProcess, HostRunOptions, MachineHost, StartedProcesses } from './host.js';
import { enterNamespace, visitNamespace, type NamespaceHolder } from './namespace.js';

/**
 * Waits for a line from its starter: a program whose starter dies before it has recorded this process never begins. QEMU pins a
 * guest's memory for vDPA; root outside may lift the limit, root of the namespace may not.
 */
const BEGIN = 'read -r go || exit 1; ulimit -l unlimited 2>/dev/null; exec "$0" "$@" </dev/null';

export interface NamespaceHostOptions {
  readonly holder: NamespaceHolder;
  /** Working folder of all that runs, with the artefacts in it. */
  readonly folder: string;
  /** Put first in PATH. */
  readonly bin: string;
}

/** The lab's namespace on this computer. */
export class NamespaceHost implements MachineHost {
  readonly description: string = 'the lab’s namespace';

  constructor(protected readonly options: NamespaceHostOptions) {}

  async putFile(path: string, content: string | Uint8Array): Promise<void> {
    const file = join(this.options.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return Promise.resolve();
  }

  async run(argv: readonly [string, ...string[]], options: HostRunOptions = {}): Promise<RunResult> {
    return run(this.#enter(argv), { ...options, env: this.#environment() });
  }

  /** Starts a program that goes on when this process ends; it ends with the lab's namespace. */
  async start(
    argv: readonly [string, ...string[]],
    log: string,
    note: (processes: StartedProcesses) => void,
  ): Promise<HostProcess> {
    const started = await start(['sh', '-c', BEGIN, ...this.#enter(argv)], {
      cwd: this.options.folder,
      env: this.#environment(),
      logFile: join(this.options.folder, log),
      stdin: 'held',
    });
    const { identity } = started;
    note({ starter: identity, main: null });
    // A program that could not begin shows in its end.
    await started.release('go').catch(() => undefined);
    return {
      // nsenter(1) waits outside for what it has started in the PID namespace.
      identify: async () => {
        const [pid] = childrenOf(identity.pid);
        return Promise.resolve(pid === undefined ? undefined : identify(pid));
      },
      ended: started.ended,
      detach: () => {
        started.detach();
      },
    };
  }

  async exists(path: string): Promise<boolean> {
    return Promise.resolve(existsSync(join(this.options.folder, path)));
  }

  async isAlive(process: ProcessIdentity): Promise<boolean> {
    return Promise.resolve(isStaying(process));
  }

  async kill(process: ProcessIdentity): Promise<void> {
    await killTree(process);
  }

  /**
   * Runs a program in this one's place, with its streams, in a working folder of the user's. It does not end with the lab. Throws
   * ProcessError if it cannot be started.
   */
  async runAttached(
    argv: readonly [string, ...string[]],
    { folder, env, ...options }: AttachedOptions & { readonly folder: string },
  ): Promise<RunResult> {
    return runAttached(visitNamespace(this.options.holder, folder, this.within(argv)), {
      ...options,
      env: { ...this.#environment(), ...env },
    });
  }

  /** Starts a program whose streams are bytes. It ends with this process, and with the lab. */
  spawn(argv: readonly [string, ...string[]], options: SpawnOptions): Spawned {
    const { env, ...rest } = options;
    return spawn(this.#enter([...TIED, ...argv]), { ...rest, env: { ...this.#environment(), ...env } });
  }

  /** Starts a program that has a socket to this process as its descriptor 3. It ends with this process, and with the lab. */
  spawnWithSocket(argv: readonly [string, ...string[]]): SocketProcess {
    return spawnWithSocket(this.#enter([...TIED, ...argv]), this.#environment());
  }

  /** Starts a program that ends with this process, between two pipes. */
  startPiped(argv: readonly [string, ...string[]]): PipedProcess {
    const { holder, folder } = this.options;
    return startPiped(visitNamespace(holder, folder, this.within(argv)), this.#environment());
  }

  /** What runs `argv` at this place, once in the lab's namespace. */
  protected within(argv: readonly string[]): readonly string[] {
    return argv;
  }

  #enter(argv: readonly string[]): [string, ...string[]] {
    return enterNamespace(this.options.holder, this.options.folder, this.within(argv));
  }

  #environment(): Record<string, string> {
    return { PATH: searchPath({ before: [this.options.bin] }) };
  }
}

/** A peer: a network namespace of its own inside the lab's. `network.sh` makes it, as the file `netns/NAME`. */
export class PeerHost extends NamespaceHost {
  override readonly description: string;

  constructor(
    options: NamespaceHostOptions,
    private readonly peer: string,
  ) {
    super(options);
    this.description = `peer ${peer}`;
  }

  protected override within(argv: readonly string[]): readonly string[] {
    return ['nsenter', `--net=${join(this.options.folder, 'netns', this.peer)}`, ...argv];
  }
}
