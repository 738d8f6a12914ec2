import { GuestHost } from '../hosts/guest-host.js';
import type { MachineHost } from '../hosts/host.js';
import { LocalHost } from '../hosts/local-host.js';
import { NamespaceHost, PeerHost } from '../hosts/namespace-host.js';
import type { NamespaceHolder } from '../hosts/namespace.js';
import type { Lab } from '../model/lab.js';
import type { ServicePlace } from '../model/service.js';
import { Channels } from './channels.js';
import { logEvent } from './events.js';
import { keyOf, type LabFolder, type LabRecord, type PartKey, type RecordedPart } from './record.js';

/**
 * A lab while it is brought up or taken down: its record, which grows with each step so that `down` always knows what exists, and the
 * places of its parts. Close it after use.
 */
export class Site {
  #record: LabRecord;
  #channels: Channels;

  constructor(
    readonly folder: LabFolder,
    record: LabRecord,
  ) {
    this.#record = record;
    this.#channels = new Channels(record.lab, folder);
  }

  get record(): LabRecord {
    return this.#record;
  }

  get channels(): Channels {
    return this.#channels;
  }

  /** Continues with a changed definition of the lab. */
  async adopt(changes: Partial<LabRecord> & { readonly lab: Lab }): Promise<void> {
    await this.#channels.close();
    this.#channels = new Channels(changes.lab, this.folder);
    this.save(changes);
  }

  save(changes: Partial<LabRecord>): void {
    this.#record = { ...this.#record, ...changes };
    this.folder.write(this.#record);
  }

  /** Records a part, and replaces an earlier record of it. */
  note(part: RecordedPart): void {
    const key = keyOf(part);
    const known = this.#record.parts.some((other) => keyOf(other) === key);
    const parts = known
      ? this.#record.parts.map((other) => (keyOf(other) === key ? part : other))
      : [...this.#record.parts, part];
    this.save({ parts });
  }

  /** Records new facts about a part. */
  update(key: PartKey, changes: Partial<Pick<RecordedPart, 'state' | 'starter' | 'main'>>): void {
    this.save({
      parts: this.#record.parts.map((part) => (keyOf(part) === key ? { ...part, ...changes } : part)),
    });
  }

  drop(keys: ReadonlySet<PartKey>): void {
    this.save({ parts: this.#record.parts.filter((part) => !keys.has(keyOf(part))) });
  }

  log(event: string, details: Readonly<Record<string, unknown>> = {}): void {
    logEvent(this.folder.events, event, details);
  }

  /** This computer itself, outside the lab's namespace. */
  get computer(): LocalHost {
    return new LocalHost(this.folder.run, this.#record.tools.bin);
  }

  /** A place of the lab. Throws MachineError if a machine does not answer. */
  async host(place: ServicePlace, signal?: AbortSignal): Promise<MachineHost> {
    if (place === 'namespace') return new NamespaceHost(this.#options);
    if ('peer' in place) return new PeerHost(this.#options, place.peer);
    return this.#channels.inside(place.machine, signal);
  }

  /** The inside of a machine, where paths are the guest's own. Throws MachineError if it does not answer. */
  async guest(machine: string, signal?: AbortSignal): Promise<GuestHost> {
    return new GuestHost(machine, await this.#channels.agent(machine, signal));
  }

  get #options(): { holder: NamespaceHolder; folder: string; bin: string } {
    const { holder, tools } = this.#record;
    if (holder === null) throw new Error('the lab has no namespace');
    return { holder, folder: this.folder.run, bin: tools.bin };
  }

  async close(): Promise<void> {
    await this.#channels.close();
  }
}
