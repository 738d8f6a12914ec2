import { join } from 'node:path';
import type { Findings } from '../checks/check.js';
import { runGuestScript } from '../checks/guest-script.js';
import type { GuestAgent } from '../qemu/guest-agent.js';
import type { Qmp } from '../qemu/qmp.js';
import { scaledLimitMs } from './limits.js';
import type { RunningLab } from './running-lab.js';

/** The sessions with the machines that the checks of one run share. */
export class Sessions {
  readonly #agents = new Map<string, Promise<GuestAgent>>();
  readonly #monitors = new Map<string, Promise<Qmp>>();

  constructor(
    private readonly running: RunningLab,
    private readonly signal: AbortSignal,
  ) {}

  async agent(machine: string): Promise<GuestAgent> {
    const opening = this.#agents.get(machine) ?? this.running.openAgent(machine, this.signal);
    this.#agents.set(machine, opening);
    return opening;
  }

  async qmp(machine: string): Promise<Qmp> {
    const opening = this.#monitors.get(machine) ?? this.running.openQmp(machine, this.signal);
    this.#monitors.set(machine, opening);
    return opening;
  }

  /** Runs a rendered script (`path` is relative to the lab's folder) in a machine. `limitMs` counts for a computer with virtualization. */
  async runScript(
    machine: string,
    path: string,
    options: { limitMs: number; signal: AbortSignal; onLine: (line: string) => void },
  ): Promise<Findings> {
    const { accelerator } = this.running.record.tools.acceleration;
    return runGuestScript({
      ...options,
      limitMs: scaledLimitMs(options.limitMs, accelerator),
      agent: await this.agent(machine),
      port: this.running.socket(machine, 'checks'),
      file: join(this.running.folder.run, path),
    });
  }

  async close(): Promise<void> {
    for (const opening of [...this.#agents.values(), ...this.#monitors.values()])
      (await opening.catch(() => undefined))?.close();
  }
}
