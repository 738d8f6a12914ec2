import type { RunResult } from '../process/run.js';
import type { GuestAgent } from '../qemu/guest-agent.js';
import type { Host, HostRunOptions } from './host.js';

/** The inside of a machine, over its guest agent: no network is needed. */
export class GuestHost implements Host {
  readonly description: string;

  constructor(
    machine: string,
    readonly agent: GuestAgent,
  ) {
    this.description = `machine ${machine}`;
  }

  async putFile(path: string, content: string | Uint8Array): Promise<void> {
    await this.agent.putFile(path, content);
  }

  async run(argv: readonly [string, ...string[]], options: HostRunOptions = {}): Promise<RunResult> {
    return this.agent.run(argv, options);
  }
}
