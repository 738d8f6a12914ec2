import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, type RunResult } from '../process/run.js';
import { start, type StartedProcess } from '../process/start.js';
import type { Host, HostRunOptions } from './host.js';
import { enterNamespace, type NamespaceHolder } from './namespace.js';

export interface NamespaceHostOptions {
  readonly holder: NamespaceHolder;
  /** Working folder of all that runs, with the artefacts in it. */
  readonly folder: string;
  /** Put first in PATH. */
  readonly bin: string;
}

/** The lab's namespace on this computer. */
export class NamespaceHost implements Host {
  readonly description: string = 'the lab’s namespace';

  constructor(protected readonly options: NamespaceHostOptions) {}

  async putFile(path: string, content: string | Uint8Array): Promise<void> {
    const file = join(this.options.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return Promise.resolve();
  }

  async run(argv: readonly [string, ...string[]], options: HostRunOptions = {}): Promise<RunResult> {
    return run(this.enter(argv), { ...options, env: this.#environment() });
  }

  /** Starts a program that goes on when this process ends; it ends with the lab's namespace. */
  async start(argv: readonly [string, ...string[]], logFile: string): Promise<StartedProcess> {
    return start(this.enter(argv), { cwd: this.options.folder, env: this.#environment(), logFile });
  }

  protected enter(argv: readonly string[]): [string, ...string[]] {
    return enterNamespace(this.options.holder, this.options.folder, argv);
  }

  #environment(): Record<string, string> {
    return { PATH: `${this.options.bin}:${process.env['PATH'] ?? '/usr/bin:/bin'}` };
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

  protected override enter(argv: readonly string[]): [string, ...string[]] {
    return super.enter(['nsenter', `--net=netns/${this.peer}`, ...argv]);
  }
}
