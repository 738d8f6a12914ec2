import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, type RunResult } from '../process/run.js';
import { searchPath } from '../process/search-path.js';
import type { Host, HostRunOptions } from './host.js';

/** This computer itself, outside the lab's namespaces: for what a lab does to real hardware. */
export class LocalHost implements Host {
  readonly description = 'this computer';

  /**
   * `folder`: the working folder. `bin`: searched last for programs, as the system's own know its hardware best; null: not known.
   */
  constructor(
    private readonly folder: string,
    private readonly bin: string | null,
  ) {}

  async putFile(path: string, content: string | Uint8Array): Promise<void> {
    writeFileSync(join(this.folder, path), content);
    return Promise.resolve();
  }

  async run(argv: readonly [string, ...string[]], options: HostRunOptions = {}): Promise<RunResult> {
    const env = { PATH: searchPath({ after: this.bin === null ? [] : [this.bin] }) };
    return run(argv, { ...options, cwd: this.folder, env });
  }
}
