import { describe, expect, it } from 'vitest';
import { assertion, type CheckContext } from '../../../src/checks/check.js';
import { nvmeDriveId } from '../../../src/devices/nvme.js';
import type { Qmp, QmpEvent } from '../../../src/qemu/qmp.js';
import { lab, labWithNic, onlyNic } from '../../support/definition.js';
import { failedIn, fakeHost, fine, linksOf, runIn, saying } from './fake-world.js';

function links(counters: Readonly<Record<string, number>>): string {
  return linksOf(
    Object.fromEntries(Object.entries(counters).map(([name, bytes]) => [name, { rx: bytes, tx: bytes }])),
  );
}

/** A QEMU that has had every device from its start, and is the same each time. */
function steadyQemu(events: QmpEvent[] = []): Partial<CheckContext> {
  const execute = async (command: string, given: { property?: string } = {}): Promise<unknown> =>
    Promise.resolve(command === 'qom-get' ? given.property === 'realized' : '/machine');
  return {
    qmp: { execute, events } as unknown as Qmp,
    qemu: { pid: 7 } as CheckContext['qemu'],
    host: fakeHost(() => '12\n'),
  };
}

describe('the cycles that two checks share', () => {
  const both = labWithNic({ vfs: 2 }, ['vf-creation', 'hotplug-free']);

  it('take place once, and both checks say what they found', async () => {
    const ran: string[] = [];
    const results = await runIn(both, {
      context: steadyQemu(),
      script: (path) => {
        ran.push(path);
        return { ...fine, remarks: [path] };
      },
    });
    expect(ran).toEqual(['checks/guest-pf0/vf-creation-10.sh', 'checks/guest-pf0/hotplug-free.sh']);
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    for (const { remarks } of results) expect(remarks).toContain('checks/guest-pf0/vf-creation-10.sh');
  });

  it('fail both when one assertion of them fails', async () => {
    const broken = { ...fine, assertions: [assertion(false, 'no VF is left', 'got: one')] };
    const results = await runIn(both, {
      context: steadyQemu(),
      script: (path) => (path.includes('vf-creation') ? broken : fine),
    });
    expect(failedIn(results)).toEqual(['no VF is left', 'the VFs came and went without a rescan, 10 times']);
  });

  it('are not shared with another number of them', async () => {
    const ran: string[] = [];
    await runIn(labWithNic({ vfs: 1 }, [{ 'vf-creation': { cycles: 2 } }, 'hotplug-free']), {
      context: steadyQemu(),
      script: (path) => {
        ran.push(path);
        return fine;
      },
    });
    expect(ran.filter((path) => path.includes('vf-creation'))).toHaveLength(2);
  });
});

describe('hotplug-free', () => {
  it('looks at QEMU before any script has run, and tells only the events since then', async () => {
    const order: string[] = [];
    const events: QmpEvent[] = [{ event: 'DEVICE_DELETED', data: {} }];
    const qemu = steadyQemu(events);
    const results = await runIn(labWithNic({ vfs: 1 }, ['vf-creation', 'hotplug-free']), {
      context: {
        ...qemu,
        host: fakeHost(() => {
          order.push('look');
          return '12\n';
        }),
      },
      script: (path) => {
        order.push(path.slice(path.lastIndexOf('/') + 1));
        return fine;
      },
    });
    expect(order).toEqual(['look', 'vf-creation-10.sh', 'look', 'hotplug-free.sh']);
    expect(failedIn(results)).toEqual([]);
    expect(results[1]?.remarks).toContain('QEMU’s own memory: +0 KiB');
  });
});

describe('enumeration', () => {
  const plain = labWithNic({}, ['enumeration']);

  it.each([
    [true, false, []],
    [false, false, ['QEMU created the device of each function at start']],
    [true, true, ['QEMU created the device of each function at start']],
  ])('with a device that is realized: %s, hotplugged: %s', async (realized, hotplugged, failed) => {
    const execute = async (_: string, { property }: { property: string }): Promise<unknown> =>
      Promise.resolve(property === 'realized' ? realized : hotplugged);
    const results = await runIn(plain, {
      context: { qmp: { execute } as unknown as Qmp },
      script: () => fine,
    });
    expect(failedIn(results)).toEqual(failed);
    expect(results[0]?.assertions).toHaveLength(3);
  });
});

describe('traffic', () => {
  const two = labWithNic({ vfs: 1 }, [{ traffic: { count: 10, size: 92, megabytes: 0, transactions: 0 } }]);
  const payload = 10 * (92 + 8);
  const tapOf = (name: string): string => {
    const { pf, vfs } = two.machines[0]?.nics[0] ?? {};
    const backend = [pf, ...(vfs ?? [])].find((one) => one?.name === name)?.backend;
    return backend?.type === 'tap' ? backend.ifname : '';
  };

  /** A world in which every counter moves by `step` whenever it is read. */
  function world(step: Partial<Record<'functions' | 'peer' | 'pf0' | 'vf0', number>> = {}) {
    const counted = { functions: 0, peer: 0, pf0: 0, vf0: 0 };
    const next = (which: keyof typeof counted): number => (counted[which] += step[which] ?? 10 * payload);
    const ran: string[] = [];
    return {
      ran,
      script: (path: string, on: string) => {
        ran.push(`${path.slice(path.lastIndexOf('/') + 1)} on ${on}`);
        if (!path.endsWith('counters.sh')) return fine;
        const bytes = next('functions');
        return saying({ pf0: { rx: bytes, tx: bytes }, vf0: { rx: bytes, tx: bytes } });
      },
      context: {
        host: fakeHost((command) =>
          command.startsWith('ip') ? links({ [tapOf('pf0')]: next('pf0'), [tapOf('vf0')]: next('vf0') }) : '',
        ),
        peer: () => fakeHost((command) => (command.startsWith('ip') ? links({ eth0: next('peer') }) : '')),
      },
    };
  }

  it('passes when everything has counted the payload, and gives the functions back', async () => {
    const of = world();
    const results = await runIn(two, of);
    expect(failedIn(results)).toEqual([]);
    expect(of.ran).toEqual([
      'traffic.sh on machine',
      'traffic-counters.sh on machine',
      'traffic-from-server.sh on server',
      'traffic-counters.sh on machine',
      'traffic-end.sh on machine',
    ]);
    // Neither what the counters say nor that they could be read is worth a line.
    expect(results[0]?.remarks).toEqual([]);
    expect(results[0]?.assertions.map(({ title }) => title)).toEqual([
      'it is so',
      'from the guest: server, receiving, counted the payload',
      'from the guest: server, sending, counted the payload',
      'from the guest: the tap of vf0 counted the payload',
      'from the guest: the tap of pf0 counted the payload',
      'it is so',
      'from the peers: server, receiving, counted the payload',
      'from the peers: server, sending, counted the payload',
      'from the peers: the tap of vf0 counted the payload',
      'server to vf0: vf0 counted the payload',
    ]);
  });

  it.each([
    ['functions', payload - 1, ['server to vf0: vf0 counted the payload']],
    [
      'peer',
      payload - 1,
      ['from the guest', 'from the peers'].flatMap((way) => [
        `${way}: server, receiving, counted the payload`,
        `${way}: server, sending, counted the payload`,
      ]),
    ],
    ['pf0', payload - 1, ['from the guest: the tap of pf0 counted the payload']],
    [
      'vf0',
      payload - 1,
      [
        'from the guest: the tap of vf0 counted the payload',
        'from the peers: the tap of vf0 counted the payload',
      ],
    ],
  ])('fails when %s has counted a byte too few', async (which, step, failed) => {
    expect(failedIn(await runIn(two, world({ [which]: step })))).toEqual(failed);
  });

  it('passes with the payload to the byte', async () => {
    // The taps and the peer carry the payload twice in one of the two directions.
    expect(failedIn(await runIn(two, world({ functions: payload })))).toEqual([]);
  });

  it.each([
    ['nothing', fine],
    ['a reading that is no number', saying({ vf0: { rx: '', tx: 1 } })],
  ])('fails when the counters say %s, and gives the functions back all the same', async (_, said) => {
    const of = world();
    const results = await runIn(two, {
      ...of,
      script: (path, on) => (path.endsWith('counters.sh') ? said : of.script(path, on)),
    });
    expect(failedIn(results)).toEqual(['the measurement from outside succeeded']);
    expect(of.ran.at(-1)).toBe('traffic-end.sh on machine');
  });

  it('measures nothing once packets were lost, and says so', async () => {
    const of = world({ peer: 0 });
    const [result] = await runIn(labWithNic({ vfs: 1 }, [{ traffic: { count: 10, size: 92 } }]), of);
    expect(of.ran).not.toContain('traffic-figures.sh on machine');
    expect(result?.remarks).toEqual(['no figures: packets were lost before']);
    expect(result?.ok).toBe(false);
  });

  it('says only what failed of the clean-up', async () => {
    const of = world();
    const results = await runIn(two, {
      ...of,
      script: (path, on) =>
        path.endsWith('end.sh')
          ? { ...fine, assertions: [assertion(false, 'the functions are back')] }
          : of.script(path, on),
    });
    expect(failedIn(results)).toEqual(['the functions are back']);
  });

  it('ends the run when a script cannot be run at all', async () => {
    await expect(
      runIn(two, { ...world(), script: async () => Promise.reject(new Error('the guest has gone')) }),
    ).rejects.toThrow('the guest has gone');
  });

  it('gives the functions back also when it is interrupted: the lab may stay up', async () => {
    const controller = new AbortController();
    const of = world();
    const running = runIn(two, {
      ...of,
      signal: controller.signal,
      script: (path, on) => {
        controller.abort(new Error('interrupted'));
        return of.script(path, on);
      },
    });
    await expect(running).rejects.toThrow('interrupted');
    expect(of.ran).toEqual(['traffic.sh on machine', 'traffic-end.sh on machine']);
  });
});

describe('storage', () => {
  const disk = lab({
    machines: { guest: { nics: { disk: { model: 'nvme', vfs: 2 } } } },
    checks: [{ storage: { mebibytes: 1 } }],
  });

  it.each([
    [4, []],
    [0, ['QEMU’s drive counted what the VFs wrote', 'QEMU’s drive counted what was read']],
  ])('reads the drive before and after, %i MiB apart', async (mebibytes, failed) => {
    let bytes = 0;
    const execute = async (): Promise<unknown> => {
      bytes += mebibytes * 1024 * 1024;
      return Promise.resolve([
        { device: nvmeDriveId(onlyNic(disk)), stats: { wr_bytes: bytes, rd_bytes: bytes } },
      ]);
    };
    const results = await runIn(disk, {
      context: { qmp: { execute } as unknown as Qmp },
      script: () => fine,
    });
    expect(failedIn(results)).toEqual(failed);
  });
});
