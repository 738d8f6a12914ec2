import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { assertion, type CheckContext, type ScriptOutput } from '../../../src/checks/check.js';
import { check } from '../../../src/checks/vdpa-path/run.js';
import type { Qmp } from '../../../src/qemu/qmp.js';
import { firstTarget, lab } from '../../support/definition.js';
import { failedIn, fakeHost, fine, linksOf, runIn } from './fake-world.js';

// What does not arrive is waited for, and the time for it passes at once.
beforeEach(() => {
  vi.useFakeTimers().setTimerTickMode('nextTimerAsync');
});
afterEach(() => {
  vi.useRealTimers();
});

const nested = lab({
  networks: { lan: {} },
  peers: { external: { network: 'lan', address: '10.0.0.1' } },
  machines: {
    server: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 2 } } },
    guest: {
      on: 'server',
      nics: { pf0: { backend: { vdpa: 'pf0.vf0' }, vfs: [{ backend: { vdpa: 'pf0.vf1' } }] } },
    },
  },
  checks: [{ 'vdpa-path': { machine: 'guest', count: 5, size: 92 } }],
});
const payload = 5 * (92 + 8);

/** A server whose VFs move what the guest gets, and a QEMU that moves nothing; `changes` has it otherwise. */
function world(
  changes: Partial<{ lost: string; types: string; frozen: number; io: number; beside: number }> = {},
) {
  const { lost = '', types = 'vhost-vdpa', frozen = 8, io = 100, beside = 0 } = changes;
  const done: string[] = [];
  const counted = { outside: 0, beside: 0, io: 0, used: 65_532 };
  const peer = fakeHost((command) => {
    done.push(command);
    const address = command.slice(command.lastIndexOf(' ') + 1);
    if (command.includes(' -q ')) {
      counted.used = (counted.used + frozen) % 65_536;
      return '';
    }
    counted.outside += payload;
    counted.beside += beside;
    counted.io += io;
    return [1, 2, 3, 4, 5]
      .filter((number) => address !== lost || number !== 4)
      .map((number) => `64 bytes from ${address}: icmp_seq=${number} ttl=64 time=1 ms`)
      .join('\n');
  });
  const host = fakeHost((command) => {
    if (command.startsWith('ip ')) return linksOf({ bridge: { rx: counted.beside, tx: 0 } });
    if (command === 'cat /proc/7/io') return `rchar: ${counted.io}\nwchar: ${counted.io}\n`;
    done.push(command.startsWith('sh ') ? `look at ${command.split(' ').slice(-2).join(' ')}` : command);
    return command.startsWith('sh ') ? ` ${counted.used % 256} ${Math.floor(counted.used / 256)}\n` : '';
  });
  const outside = fakeHost(() =>
    linksOf(
      Object.fromEntries(
        ['server-pf0.vf0', 'server-pf0.vf1'].map((tap) => [
          tap,
          { rx: counted.outside, tx: counted.outside },
        ]),
      ),
    ),
  );
  const execute = async (command: string, given: Record<string, unknown>): Promise<unknown> => {
    if (command === 'x-query-virtio-queue-status') {
      done.push(`queue ${String(given['queue'])} of ${String(given['path'])}`);
      return Promise.resolve({ 'vring-used': 0x1000 });
    }
    return Promise.resolve(
      given['command-line'] === 'info network'
        ? `  \\ net-pf0: index=0,type=vhost-vdpa,\n  \\ net-pf0.vf0: index=0,type=${types},vdpa\n`
        : `Host virtual address for ${String(given['command-line']).slice(-6)} (pc.ram) is 0x7f0000001000\n`,
    );
  };
  const script = (path: string): ScriptOutput => {
    done.push(path.slice(path.lastIndexOf('/') + 1));
    return fine;
  };
  const context: Partial<CheckContext> = {
    qmp: { execute } as unknown as Qmp,
    qemu: { pid: 7, startTime: 1, bootId: 'a boot' },
    host,
    outside,
    peer: () => peer,
  };
  return { done, script, context };
}

const titles = {
  vdpa: 'vf0: its netdev in QEMU is a vDPA device',
  frozen: (name: string) => `${name}: with QEMU stopped, packets still arrive in the guest’s memory`,
};

describe('vdpa-path', () => {
  it('passes when the packets take the vDPA devices', async () => {
    const of = world();
    const results = await runIn(nested, of);
    expect(failedIn(results)).toEqual([]);
    expect(results[0]?.assertions.map(({ title }) => title)).toEqual([
      'it is so',
      'pf0: its netdev in QEMU is a vDPA device',
      titles.vdpa,
      'external to pf0: 5 packets, none lost',
      'external to vf0: 5 packets, none lost',
      'pf0: the interface outside, server-pf0.vf0, counted the payload both ways',
      'vf0: the interface outside, server-pf0.vf1, counted the payload both ways',
      'no interface of the system that QEMU runs on carried the payload',
      'QEMU itself neither read nor wrote the payload',
      titles.frozen('pf0'),
      titles.frozen('vf0'),
    ]);
  });

  it('stops QEMU only while packets are sent, and goes on with it', async () => {
    const of = world();
    await runIn(nested, of);
    const { nic } = firstTarget(nested);
    const [pf, vf] = [nic.pf, nic.vfs[0]].map((one) => one?.address?.replace(/\/.*/, '') ?? '');
    const frozen = (id: string, address: string | undefined): string[] => [
      `queue 0 of /machine/peripheral/${id}/virtio-backend`,
      'kill -STOP 7',
      'look at 7 139637976731650',
      `ping -q -n -c 8 -i 0.2 -W 1 ${address ?? ''}`,
      'look at 7 139637976731650',
      'kill -CONT 7',
    ];
    expect(of.done).toEqual([
      'vdpa-path-start.sh',
      `ping -n -c 5 -s 92 -i 0.2 -w 65 ${pf ?? ''}`,
      `ping -n -c 5 -s 92 -i 0.2 -w 65 ${vf ?? ''}`,
      ...frozen('pf0', pf),
      ...frozen('pf0.vf0', vf),
      'vdpa-path-end.sh',
    ]);
  });

  it.each([
    ['the netdev is another one', { types: 'tap' }, [titles.vdpa]],
    ['QEMU moves packets', { io: payload }, ['QEMU itself neither read nor wrote the payload']],
    [
      'an interface beside QEMU carries them',
      { beside: payload / 2 },
      ['no interface of the system that QEMU runs on carried the payload'],
    ],
    ['too few arrive while QEMU is stopped', { frozen: 7 }, [titles.frozen('pf0'), titles.frozen('vf0')]],
  ])('fails when %s', async (_, changes, failed) => {
    expect(failedIn(await runIn(nested, world(changes)))).toEqual(failed);
  });

  it('fails when a packet is lost on the way to one function', async () => {
    const address = firstTarget(nested).nic.vfs[0]?.address?.replace(/\/.*/, '') ?? '';
    expect(failedIn(await runIn(nested, world({ lost: address })))).toEqual([
      'external to vf0: 5 packets, none lost',
    ]);
  });

  it('goes on with QEMU when the sending fails, and looks at what is left', async () => {
    const of = world();
    const results = await runIn(nested, {
      ...of,
      context: {
        ...of.context,
        peer: () =>
          fakeHost(() => {
            throw new Error('the peer has gone');
          }),
      },
    });
    expect(failedIn(results)).toEqual(Array(3).fill('the measurement from outside succeeded'));
    expect(of.done.filter((command) => command.startsWith('kill'))).toEqual([
      ...['kill -STOP 7', 'kill -CONT 7'],
      ...['kill -STOP 7', 'kill -CONT 7'],
    ]);
    expect(of.done.at(-1)).toBe('vdpa-path-end.sh');
  });

  it('says only what failed of the clean-up', async () => {
    const of = world();
    const results = await runIn(nested, {
      ...of,
      script: (path) => ({ ...fine, assertions: [assertion(!path.endsWith('end.sh'), 'all are back')] }),
    });
    expect(failedIn(results)).toEqual(['all are back']);
  });

  it('has a script that begins and one that ends, and takes longer with each function', () => {
    const target = firstTarget(nested);
    expect(check.scripts(target, 'tcg').map(({ path }) => path)).toEqual([
      'checks/guest-pf0/vdpa-path-start.sh',
      'checks/guest-pf0/vdpa-path-end.sh',
    ]);
    expect(check.scriptLimitMs(target)).toBe(125_000);
  });
});
