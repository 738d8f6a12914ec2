import { createHash } from 'node:crypto';
import type { LabFile } from '../model/lab-file.js';
import { writtenFunctions, writtenVfs } from './written-functions.js';

/** QEMU's own prefix: locally administered, unicast. */
const PREFIX = '52:54:00';

function chosenMacs(lab: LabFile): string[] {
  return Object.values(lab.machines)
    .flatMap(({ nics }) => Object.values(nics ?? {}))
    .flatMap((nic) => [
      nic.mac,
      ...[...writtenVfs(nic), ...writtenFunctions(nic)].map(({ written }) => written.mac),
    ])
    .flatMap((mac) => (mac === undefined ? [] : [mac.toLowerCase()]));
}

/** MAC addresses that depend on nothing but the lab's name and the owner's: the same on every computer, every time. */
export class MacPool {
  readonly #taken: Set<string>;

  constructor(
    private readonly lab: string,
    definition: LabFile,
  ) {
    this.#taken = new Set(chosenMacs(definition));
  }

  /** The MAC that the owner chose, or one of its own. */
  take(owner: string, chosen: string | undefined): string {
    if (chosen !== undefined) return chosen.toLowerCase();
    for (let attempt = 0; ; attempt += 1) {
      const hash = createHash('sha256').update(`${this.lab} ${owner} ${attempt}`).digest('hex');
      const mac = `${PREFIX}:${hash.slice(0, 2)}:${hash.slice(2, 4)}:${hash.slice(4, 6)}`;
      if (this.#taken.has(mac)) continue;
      this.#taken.add(mac);
      return mac;
    }
  }
}
