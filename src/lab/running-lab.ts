import { join } from 'node:path';
import { StateError } from '../errors/families.js';
import { NamespaceHost, PeerHost, type NamespaceHostOptions } from '../hosts/namespace-host.js';
import { isHolderAlive } from '../hosts/namespace.js';
import { withTimeLimit } from '../model/time-limit.js';
import { isAlive, type ProcessIdentity } from '../process/identity.js';
import { GuestAgent } from '../qemu/guest-agent.js';
import { Qmp } from '../qemu/qmp.js';
import { LabFolder, type LabRecord } from './record.js';

const ANSWER_LIMIT_MS = 20_000;

/** A lab that is up, as its record tells. */
export class RunningLab {
  readonly folder: LabFolder;
  readonly #options: NamespaceHostOptions;

  /** Throws StateError when the lab's namespace is gone. */
  constructor(readonly record: LabRecord) {
    this.folder = new LabFolder(record.id);
    if (record.holder === null || !isHolderAlive(record.holder)) throw notUp(record.lab.name);
    this.#options = { holder: record.holder, folder: this.folder.run, bin: record.tools.bin };
  }

  get namespace(): NamespaceHost {
    return new NamespaceHost(this.#options);
  }

  peer(name: string): PeerHost {
    return new PeerHost(this.#options, name);
  }

  /** The process of a machine's QEMU. Throws StateError when it does not run. */
  qemu(machine: string): ProcessIdentity {
    const qemu = this.record.machines[machine]?.qemu;
    if (!qemu || !isAlive(qemu)) {
      throw new StateError({
        code: 'LAB-MACHINE-DOWN',
        message: `machine ${machine} of lab ${this.record.lab.name} does not run`,
        hint: `start it again: lab up ${this.record.lab.name}`,
      });
    }
    return qemu;
  }

  socket(machine: string, channel: 'qmp' | 'agent' | 'checks' | 'console'): string {
    return join(this.folder.run, `${machine}.${channel}`);
  }

  async openQmp(machine: string, signal?: AbortSignal): Promise<Qmp> {
    this.qemu(machine);
    return withTimeLimit(ANSWER_LIMIT_MS, [signal], async (limited) =>
      Qmp.open(this.socket(machine, 'qmp'), limited),
    );
  }

  async openAgent(machine: string, signal?: AbortSignal): Promise<GuestAgent> {
    this.qemu(machine);
    return withTimeLimit(ANSWER_LIMIT_MS, [signal], async (limited) =>
      GuestAgent.open(this.socket(machine, 'agent'), limited),
    );
  }
}

export function notUp(lab: string): StateError {
  return new StateError({
    code: 'LAB-NOT-UP',
    message: `lab ${lab} is not up`,
    hint: `bring it up: lab up ${lab}`,
  });
}
