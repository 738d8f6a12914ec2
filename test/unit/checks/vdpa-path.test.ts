import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/checks/vdpa-path/run.js';
import type { LinkBytes } from '../../../src/checks/link-counters.js';

type Reading = Parameters<typeof judge>[2];

const payload = 1000;
const paths = [
  { end: { name: 'pf0' }, outerTap: 'tap-pf0' },
  { end: { name: 'vf0' }, outerTap: 'tap-vf0' },
] as unknown as Parameters<typeof judge>[0];

function reading(
  outside: Readonly<Record<string, number>>,
  besideQemu: Readonly<Record<string, number>>,
  io: Reading['io'],
): Reading {
  const bytes = (of: Readonly<Record<string, number>>): Map<string, LinkBytes> =>
    new Map(Object.entries(of).map(([name, count]) => [name, { rx: count, tx: count }]));
  return { outside: bytes(outside), besideQemu: bytes(besideQemu), io };
}

const before = reading({ 'tap-pf0': 5, 'tap-vf0': 7 }, { eth0: 9 }, { read: 50, written: 60 });
const moved = { 'tap-pf0': 5 + payload, 'tap-vf0': 7 + payload };

function failed(after: Reading, separate = true): string[] {
  return judge(paths, payload, before, after, separate).flatMap(({ ok, title }) => (ok ? [] : [title]));
}

describe('what was counted on the way of the packets', () => {
  it('passes when the interfaces outside carried the payload, and nothing else did', () => {
    const after = reading(moved, { eth0: 9 + payload - 1 }, { read: 50 + 2 * payload - 1, written: 60 });
    expect(failed(after)).toEqual([]);
    expect(judge(paths, payload, before, after, true)).toHaveLength(4);
  });

  it.each([
    [{ read: 50 + 2 * payload, written: 60 }],
    [{ read: 50, written: 60 + 2 * payload }],
    [{ read: 50 + 2 * payload, written: 60 + 2 * payload }],
  ])('fails when QEMU itself has moved it: %j', (io) => {
    expect(failed(reading(moved, { eth0: 9 }, io))).toEqual([
      'QEMU itself neither read nor wrote the payload',
    ]);
  });

  it('fails for a function whose interface outside counted a byte too few', () => {
    expect(failed(reading({ ...moved, 'tap-vf0': 6 + payload }, { eth0: 9 }, before.io))).toEqual([
      'vf0: the interface outside, tap-vf0, counted the payload both ways',
    ]);
  });

  it('fails when an interface beside QEMU carried the payload of one function', () => {
    const after = reading(moved, { eth0: 9 + payload }, before.io);
    expect(failed(after)).toEqual(['no interface of the system that QEMU runs on carried the payload']);
    // Without a system around it, those are the interfaces outside.
    expect(failed(after, false)).toEqual([]);
  });
});
