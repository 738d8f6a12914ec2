import { numberToAddress, parseSubnet } from '../model/ipv4.js';

/** Where the functions' addresses begin when there is room: the ones before are the peers', easy to remember. */
const FIRST_FUNCTION_OFFSET = 10;

/** Hands out the addresses of one network in order, never one twice. */
export class AddressPool {
  readonly #subnet;
  readonly #taken = new Set<string>();
  /** How many were looked at for each kind: what is taken stays taken. */
  readonly #tried = { peer: 0, function: 0 };

  constructor(cidr: string) {
    this.#subnet = parseSubnet(cidr);
  }

  reserve(address: string): string {
    this.#taken.add(address);
    return this.#withPrefix(address);
  }

  /**
   * The next free address for a peer (from the start) or a function; the ones before it serve when no other is left.
   * Throws when the network is full.
   */
  next(kind: 'peer' | 'function'): string {
    const { first, size } = this.#subnet;
    const start = kind === 'function' && size > 2 * FIRST_FUNCTION_OFFSET ? FIRST_FUNCTION_OFFSET : 1;
    const hosts = size - 2;
    while (this.#tried[kind] < hosts) {
      const offset = 1 + ((start - 1 + this.#tried[kind]) % hosts);
      this.#tried[kind] += 1;
      const address = numberToAddress(first + offset);
      if (!this.#taken.has(address)) return this.reserve(address);
    }
    throw new Error('the network has no address left');
  }

  #withPrefix(address: string): string {
    return `${address}/${this.#subnet.prefix}`;
  }
}
