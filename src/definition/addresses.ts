import { numberToAddress, parseSubnet } from '../model/ipv4.js';

/** Where the functions' addresses begin if there is room: those before are for peers, and easy to remember. */
const FIRST_FUNCTION_OFFSET = 10;

/** Hands out the addresses of one network in order, each only once. */
export class AddressPool {
  readonly #subnet;
  readonly #taken = new Set<string>();
  /** How many addresses were tried for each kind: a taken one stays taken. */
  readonly #tried = { peer: 0, function: 0 };
  /** By length: the offset above which no range of that length is free, nor a longer one. */
  readonly #highest = new Map<number, number>();

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
    const { first } = this.#subnet;
    let free = 0;
    for (let offset = this.#highestFor(count); offset > 0; offset -= 1) {
      free = this.#taken.has(numberToAddress(first + offset)) ? 0 : free + 1;
      if (free < count) continue;
      const range = Array.from({ length: count }, (_, index) => numberToAddress(first + offset + index));
      for (const address of range) this.#taken.add(address);
      this.#highest.set(count, offset - 1);
      return { first: range[0] ?? '', last: range.at(-1) ?? '' };
    }
    this.#highest.set(count, 0);
    return undefined;
  }

  /** Where to look for a range from, downwards. */
  #highestFor(count: number): number {
    const known = [...this.#highest].flatMap(([length, offset]) => (length <= count ? offset : []));
    return Math.min(this.#subnet.size - 2, ...known);
  }

  #withPrefix(address: string): string {
    return `${address}/${this.#subnet.prefix}`;
  }
}
