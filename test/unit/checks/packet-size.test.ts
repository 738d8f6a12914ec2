import { describe, expect, it } from 'vitest';
import { fittingSize, mtusOf, sizeThatFitsAll } from '../../../src/checks/packet-size.js';
import { lab } from '../../support/definition.js';

describe('the size of packets', () => {
  it('is what is asked for if every MTU is the same: larger packets go in fragments', () => {
    expect(fittingSize(1400, [1500, 1500])).toBe(1400);
    expect(fittingSize(1400, [1280, 1280])).toBe(1400);
    expect(fittingSize(65_000, [1500])).toBe(65_000);
  });

  it('fits the smallest MTU if they differ, with the headers', () => {
    expect(fittingSize(1400, [1400, 1500])).toBe(1372);
    expect(fittingSize(1400, [1500, 1428])).toBe(1400);
    expect(fittingSize(1400, [1500, 1427])).toBe(1399);
    expect(fittingSize(10, [1400, 1500])).toBe(10);
    expect(fittingSize(1400, [68, 1500])).toBe(40);
  });

  it('is the least of several ways', () => {
    expect(sizeThatFitsAll(1400, [[1500], [1300, 1500], [1400, 1500]])).toBe(1272);
    expect(sizeThatFitsAll(1400, [])).toBe(1400);
  });
});

describe('the MTUs that packets meet', () => {
  const of = lab({
    networks: { lan: { mtu: 9000 }, inner: { on: 'server', uplink: 'pf0.vf0', mtu: 4000 } },
    machines: {
      server: {
        nics: {
          pf0: { backend: { tap: 'lan' }, mtu: 8000, vfs: [{ mtu: 5000 }, { mtu: 6000 }] },
          card: { model: 'igb', backend: { tap: 'lan' }, mtu: 3000, vfs: 1 },
          out: { backend: 'user' },
        },
      },
      guest: {
        on: 'server',
        nics: {
          a: { backend: { tap: 'inner' }, mtu: 2000 },
          b: { backend: { vdpa: 'pf0.vf1' }, mtu: 2000 },
        },
      },
    },
  });

  it.each([
    ['server', 'pf0', [8000, 9000]],
    ['server', 'pf0.vf0', [5000, 9000]],
    // It shares the PF's tap.
    ['server', 'card.vf0', [3000, 3000, 9000]],
    ['server', 'out', [1500, 1500]],
    ['guest', 'a', [2000, 4000, 5000, 9000]],
    ['guest', 'b', [2000, 6000, 9000]],
  ])('of %s’s %s', (machine, id, mtus) => {
    expect(mtusOf(of, machine, id)).toEqual(mtus);
  });
});
