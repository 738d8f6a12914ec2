import { describe, expect, it } from 'vitest';
import { bytesBetween, readLinkBytes } from '../../../src/checks/link-counters.js';
import type { Host } from '../../../src/hosts/host.js';

function hostThatSays(stdout: string): Host {
  return {
    description: 'a host',
    putFile: async () => Promise.resolve(),
    run: async () => Promise.resolve({ exitCode: 0, stdout, stderr: '' }),
  };
}

/** As `ip -json -statistics link show` of iproute2 6 prints it. */
const links = JSON.stringify([
  { ifindex: 1, ifname: 'lo', stats64: { rx: { bytes: 10, packets: 1 }, tx: { bytes: 10, packets: 1 } } },
  { ifindex: 2, ifname: 'guest-pf0.vf0', stats64: { rx: { bytes: 9007199254740991 }, tx: { bytes: 7 } } },
  { ifindex: 3, ifname: 'no-counters' },
]);

describe('the counters of links', () => {
  it('are read from what ip says', async () => {
    const bytes = await readLinkBytes(hostThatSays(links));
    expect([...bytes]).toEqual([
      ['lo', { rx: 10, tx: 10 }],
      ['guest-pf0.vf0', { rx: 9007199254740991, tx: 7 }],
      ['no-counters', { rx: 0, tx: 0 }],
    ]);
  });

  it('that cannot be read are an error, not zeros', async () => {
    await expect(readLinkBytes(hostThatSays(''))).rejects.toThrow();
    await expect(readLinkBytes(hostThatSays('Device does not exist'))).rejects.toThrow();
  });

  it('are told as what was counted in between', () => {
    const before = new Map([['a', { rx: 5, tx: 7 }]]);
    const after = new Map([
      ['a', { rx: 105, tx: 9 }],
      ['b', { rx: 3, tx: 4 }],
    ]);
    expect(bytesBetween(before, after, 'a')).toEqual({ rx: 100, tx: 2 });
    expect(bytesBetween(before, after, 'b')).toEqual({ rx: 3, tx: 4 });
    expect(bytesBetween(before, after, 'none')).toEqual({ rx: 0, tx: 0 });
  });
});
