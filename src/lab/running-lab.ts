import { StateError } from '../errors/families.js';
import { GuestHost } from '../hosts/guest-host.js';
import type { MachineHost } from '../hosts/host.js';
import { NamespaceHost, PeerHost, type NamespaceHostOptions } from '../hosts/namespace-host.js';
import { isHolderAlive } from '../hosts/namespace.js';
import { findByName, type Machine } from '../model/lab.js';
import type { ProcessIdentity } from '../process/identity.js';
import { Channels } from './channels.js';
import { recordedPart, wordsFor, type LabFolder, type LabRecord } from './record.js';

/** A lab that is up, according to its record. Close it if you have opened sessions through it. */
export class RunningLab {
  readonly channels: Channels;
  readonly #options: NamespaceHostOptions;

  /** Throws StateError if the lab's namespace is gone. */
  constructor(
    readonly folder: LabFolder,
    readonly record: LabRecord,
  ) {
    if (record.holder === null || !isHolderAlive(record.holder)) throw notUp(wordsFor(record.id));
    this.#options = { holder: record.holder, folder: this.folder.run, bin: record.tools.bin };
    this.channels = new Channels(record.lab, this.folder);
  }

  get namespace(): NamespaceHost {
    return new NamespaceHost(this.#options);
  }

  peer(name: string): PeerHost {
    return new PeerHost(this.#options, name);
  }

  /** Where a machine's QEMU runs: the lab's namespace, or the inside of the machine around it. */
  async hostOf(machine: string, signal?: AbortSignal): Promise<MachineHost> {
    const { on } = this.#machine(machine);
    if (on === null) return this.namespace;
    await this.qemu(on, signal);
    return this.channels.inside(on, signal);
  }

  /** The inside of a machine. Throws StateError if the machine is not running. */
  async guest(machine: string, signal?: AbortSignal): Promise<GuestHost> {
    await this.qemu(machine, signal);
    return new GuestHost(machine, await this.channels.agent(machine, signal));
  }

  /** The process of a machine's QEMU, on its host. Throws StateError if it is not running. */
  async qemu(machine: string, signal?: AbortSignal): Promise<ProcessIdentity> {
    const qemu = recordedPart(this.record, 'machine', machine)?.main;
    if (!qemu || !(await (await this.hostOf(machine, signal)).isAlive(qemu))) {
      throw new StateError({
        code: 'LAB-MACHINE-DOWN',
        message: `machine ${machine} of lab ${this.record.lab.name} is not running`,
        hint: `start it again: lab up ${wordsFor(this.record.id)}`,
      });
    }
    return qemu;
  }

  async close(): Promise<void> {
    await this.channels.close();
  }

  #machine(name: string): Machine {
    return findByName(this.record.lab.machines, name);
  }
}

/** `lab`: as a command line names it; `instances`: those of it that are up. */
export function notUp(lab: string, instances: readonly string[] = []): StateError {
  return new StateError({
    code: 'LAB-NOT-UP',
    message: `lab ${lab} is not up`,
    hint:
      instances.length === 0
        ? `bring it up: lab up ${lab}`
        : `bring it up: lab up ${lab}; or name an instance that is up with --instance: ${instances.join(', ')}`,
  });
}
