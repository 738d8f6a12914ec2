import { createHash } from 'node:crypto';

/** IFNAMSIZ less the terminating NUL. */
const MAX_LENGTH = 15;
const HASH_LENGTH = 4;

/** Names of network interfaces in the lab's namespace: as wanted if they fit, otherwise shortened, and each only once. */
export class InterfaceNames {
  readonly #taken = new Set<string>(['lo', 'eth0']);

  take(wanted: string): string {
    let name = wanted;
    for (let attempt = 0; name.length > MAX_LENGTH || this.#taken.has(name); attempt += 1) {
      const hash = createHash('sha256').update(`${wanted} ${attempt}`).digest('hex').slice(0, HASH_LENGTH);
      name = `${wanted.slice(0, MAX_LENGTH - HASH_LENGTH - 1)}-${hash}`;
    }
    this.#taken.add(name);
    return name;
  }
}
