import { numberToAddress, parseSubnet } from '../model/ipv4.js';

/** Where the functions' addresses begin if there is room: those before are for peers, and easy to remember. */
const FIRST_FUNCTION_OFFSET = 10;

/** Hands out the addresses of one network in order, each only once. */
export class AddressPool {
  readonly #subnet;
  readonly #taken = new Set<string>();
  /** How many addresses were tried for each kind: a taken one stays taken. */
  readonly #tried = { peer: 0, function: 0 };

  constructor(cidr: string) {
    this.#subnet = parseSubnet(cidr);
  }

  reserve(address: string): string {
    this.#taken.add(address);
    return this.#withPrefix(address);
  }

  /**
   * The next free address for a peer (from the start) or a function (from an offset, then from the start).
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

  /** Takes the highest `count` free addresses that follow each other. Undefined if there are none. */
  takeRange(count: number): { readonly first: string; readonly last: string } | undefined {
    const { first, size } = this.#subnet;
    let free = 0;
    for (let offset = size - 2; offset > 0; offset -= 1) {
      free = this.#taken.has(numberToAddress(first + offset)) ? 0 : free + 1;
      if (free < count) continue;
      const range = Array.from({ length: count }, (_, index) => numberToAddress(first + offset + index));
      for (const address of range) this.#taken.add(address);
      return { first: range[0] ?? '', last: range.at(-1) ?? '' };
    }
    return undefined;
  }

  #withPrefix(address: string): string {
    return `${address}/${this.#subnet.prefix}`;
  }
}
