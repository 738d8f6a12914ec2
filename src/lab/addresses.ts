import { numberToAddress, parseSubnet } from './ipv4.js';

/** Where the functions' addresses begin when there is room: the ones before are the peers', easy to remember. */
const FIRST_FUNCTION_OFFSET = 10;

/** Hands out the addresses of one network in order, never one twice. */
export class AddressPool {
  readonly #subnet;
  readonly #taken = new Set<string>();

  constructor(cidr: string) {
    this.#subnet = parseSubnet(cidr);
  }

  reserve(address: string): string {
    this.#taken.add(address);
    return this.#withPrefix(address);
  }

  /** The next free address for a peer (from the start) or a function. Throws when the network is full. */
  next(kind: 'peer' | 'function'): string {
    const start =
      kind === 'function' && this.#subnet.size > 2 * FIRST_FUNCTION_OFFSET ? FIRST_FUNCTION_OFFSET : 1;
    for (let offset = start; offset < this.#subnet.size - 1; offset += 1) {
      const address = numberToAddress(this.#subnet.first + offset);
      if (!this.#taken.has(address)) return this.reserve(address);
    }
    throw new Error('the network has no address left');
  }

  #withPrefix(address: string): string {
    return `${address}/${this.#subnet.prefix}`;
  }
}
