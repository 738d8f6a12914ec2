import { createHash } from 'node:crypto';
import type { Draft } from './draft.js';
import { allFunctions } from './relations.js';

/** QEMU's own prefix: locally administered, unicast. */
const PREFIX = '52:54:00';

/** MAC addresses that depend on nothing but the lab's name and the owner's: the same on every computer, every time. */
export class MacPool {
  readonly #taken: Set<string>;
  readonly #given = new Map<string, string>();

  constructor(private readonly draft: Draft) {
    const chosen = allFunctions(draft).flatMap(({ pciFunction: { mac } }) => mac?.toLowerCase() ?? []);
    this.#taken = new Set(chosen);
  }

  /** The MAC that the owner chose, or one of its own: the same one each time. */
  take(owner: string, chosen: string | null): string {
    if (chosen !== null) return chosen.toLowerCase();
    const mac = this.#given.get(owner) ?? this.#free(owner);
    this.#given.set(owner, mac);
    return mac;
  }

  #free(owner: string): string {
    for (let attempt = 0; ; attempt += 1) {
      const hash = createHash('sha256').update(`${this.draft.name} ${owner} ${attempt}`).digest('hex');
      const mac = `${PREFIX}:${hash.slice(0, 2)}:${hash.slice(2, 4)}:${hash.slice(4, 6)}`;
      if (this.#taken.has(mac)) continue;
      this.#taken.add(mac);
      return mac;
    }
  }
}
