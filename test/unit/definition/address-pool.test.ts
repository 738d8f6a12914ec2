import { describe, expect, it } from 'vitest';
import { AddressPool } from '../../../src/definition/addresses.js';

/** The highest free range of a /26, looked for from the top each time. */
function highestRange(taken: ReadonlySet<number>, count: number): number[] | undefined {
  for (let last = 62; last - count + 1 > 0; last -= 1) {
    const range = Array.from({ length: count }, (_, index) => last - index).reverse();
    if (range.every((offset) => !taken.has(offset))) return range;
  }
  return undefined;
}

describe('ranges of addresses', () => {
  it.each([
    [[2, 2, 2]],
    [[4, 2, 4, 2]],
    [[9, 1, 9, 1, 9, 1]],
    [[1, 20, 3, 20, 1, 7, 5, 5]],
    [[60, 30, 16, 8, 4, 2, 1, 1, 1, 1]],
  ])('of the lengths %j are the highest that are free each time', (lengths) => {
    const reserved = [5, 20, 21, 40, 62];
    const pool = new AddressPool('10.0.0.0/26');
    for (const offset of reserved) pool.reserve(`10.0.0.${offset}`);
    const taken = new Set(reserved);
    for (const count of lengths) {
      const expected = highestRange(taken, count);
      expect({ count, range: pool.takeRange(count) }).toEqual({
        count,
        range: expected && { first: `10.0.0.${expected[0]}`, last: `10.0.0.${expected.at(-1)}` },
      });
      for (const offset of expected ?? []) taken.add(offset);
    }
  });
});
