import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkNames, specOf } from '../../../src/checks/catalog.js';
import type { CheckTarget } from '../../../src/checks/check.js';
import { outermostTap } from '../../../src/checks/outermost-tap.js';
import { findCheck } from '../../../src/checks/runs.js';
import { allowedValues } from '../../../src/checks/spec.js';
import { vfView } from '../../../src/checks/vf-view.js';
import { readLab } from '../../../src/definition/read-lab.js';
import { packageFolder } from '../../../src/model/folders.js';
import type { Lab } from '../../../src/model/lab.js';
import { firstTarget, lab, labWithNic } from '../../support/definition.js';

function shipped(name: string): Lab {
  return readLab(join(packageFolder(), 'labs', name)).lab;
}

function scriptsOf(target: CheckTarget): Map<string, string> {
  const all = findCheck(target.request.check).scripts(target, 'kvm');
  return new Map(
    all.map(({ path, content }) => [path.replace(/^checks\/[a-z0-9]+-[a-z0-9]+\//, ''), content]),
  );
}

const limitOf = (target: CheckTarget): number => findCheck(target.request.check).scriptLimitMs(target);

const onUser = (figures: object): CheckTarget =>
  firstTarget(
    lab({
      machines: { guest: { nics: { pf0: { backend: 'user', vfs: 1 } } } },
      checks: [{ traffic: { count: 4, ...figures } }],
    }),
  );

describe('the scripts of traffic', () => {
  it('reach the peers, are reached by them, count, and measure', () => {
    const target = firstTarget(labWithNic({ vfs: 2 }, ['traffic']));
    const scripts = scriptsOf(target);
    expect([...scripts.keys()]).toEqual([
      'traffic.sh',
      'traffic-counters.sh',
      'traffic-figures.sh',
      'traffic-end.sh',
      'traffic-from-server.sh',
    ]);
    expect(scripts.get('traffic.sh')).toContain('vf0 to server');
    expect(scripts.get('traffic-from-server.sh')).toContain('server to vf1: 20 packets, none lost');
    const figures = scripts.get('traffic-figures.sh');
    expect(figures).toContain('vf0 to server, netperf TCP_STREAM');
    expect(figures).toContain('KVM');
    expect(figures).toContain('16000000');
    expect(figures).not.toContain('vf1 to server');
    expect(limitOf(target)).toBe(135_000);
    expect(
      findCheck('traffic')
        .services?.(target)
        .map(({ name, on }) => [name, on]),
    ).toEqual([['netserver-server', { peer: 'server' }]]);
  });

  it('go through the gateway of a user network, where nobody else is', () => {
    const scripts = scriptsOf(onUser({}));
    expect([...scripts.keys()]).toEqual([
      'traffic.sh',
      'traffic-gateway.sh',
      'traffic-figures.sh',
      'traffic-end.sh',
    ]);
    const gateway = scripts.get('traffic-gateway.sh');
    expect(gateway).toContain('vf0 through QEMU');
    expect(gateway).toContain('gateway to vf0');
    expect(scripts.get('traffic-figures.sh')).toContain('10.0.2.2');
    expect(
      findCheck('traffic')
        .services?.(onUser({}))
        .map(({ name, on }) => [name, on]),
    ).toEqual([['netserver-namespace', 'namespace']]);
  });

  it('measure nothing where no figure is wanted', () => {
    expect(scriptsOf(onUser({ megabytes: 0, transactions: 0 })).has('traffic-figures.sh')).toBe(false);
    expect(scriptsOf(onUser({ megabytes: 1, transactions: 0 })).has('traffic-figures.sh')).toBe(true);
    expect(scriptsOf(onUser({ megabytes: 0, transactions: 1 })).has('traffic-figures.sh')).toBe(true);
  });

  it('measure nothing where nobody is outside', () => {
    const alone = lab({
      networks: { lan: {} },
      machines: { guest: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 2 } } } },
      checks: ['traffic'],
    });
    expect([...scriptsOf(firstTarget(alone)).keys()]).toEqual(['traffic.sh', 'traffic-end.sh']);
  });

  it('have their server where QEMU of a machine inside another runs', () => {
    const inside = lab({
      machines: { server: {}, guest: { on: 'server', nics: { pf0: { backend: 'user' } } } },
      checks: ['traffic'],
    });
    expect(
      findCheck('traffic')
        .services?.(firstTarget(inside))
        .map(({ on }) => on),
    ).toEqual([{ machine: 'server' }]);
  });
});

describe('the scripts of isolation', () => {
  const target = shipped('vlan');
  const request = target.checks.find(({ check }) => check === 'isolation');
  if (request === undefined) throw new Error('the lab has changed');
  const scripts = scriptsOf(firstTarget({ ...target, checks: [request] }));

  it('are one for each VLAN of the guest and one for each peer, between a start and an end', () => {
    expect([...scripts.keys()]).toEqual([
      'isolation-start.sh',
      'isolation-counters.sh',
      'isolation-from-lan-10.sh',
      'isolation-from-lan-20.sh',
      'isolation-from-server10.sh',
      'isolation-from-server20.sh',
      'isolation-control.sh',
      'isolation-end.sh',
    ]);
    for (const content of scripts.values()) expect(content.length).toBeGreaterThan(100);
  });

  it('say who calls whom, from where', () => {
    const guest = scripts.get('isolation-from-lan-10.sh');
    expect(guest).toContain('Runs in the guest.');
    expect(guest).toContain('VLAN 10 of lan');
    expect(guest).toContain('pf0 sends to the MAC of server20: no answer');
    const peer = scripts.get('isolation-from-server10.sh');
    expect(peer).toContain('Runs in the network namespace of server10.');
    for (const stranger of ['vf3', 'server20'])
      expect(peer).toContain(`server10 sends to the MAC of ${stranger}: no answer`);
    expect(peer).not.toContain('pf0 sends');
    expect(limitOf(firstTarget({ ...target, checks: [request] }))).toBe(85_000);
  });
});

describe('the other scripts', () => {
  it('of enumeration name each function by what the guest sees of it, and each device once', () => {
    const target = firstTarget(
      labWithNic({ model: 'virtio-net-multifunction', functions: 3 }, ['enumeration']),
    );
    const scripts = scriptsOf(target);
    expect([...scripts.keys()]).toEqual(['enumeration.sh', 'enumeration-log.sh']);
    const content = scripts.get('enumeration.sh') ?? '';
    for (const { bdf, mac } of [target.nic.pf, ...target.nic.siblings])
      expect(content).toContain(`${bdf} virtio-pci ${mac ?? ''}`);
    expect(content).toContain(target.nic.pf.bdf.replace(/\.\d$/, ''));
    expect(scripts.get('enumeration-log.sh')).not.toBe('');
  });

  it('of enumeration know devices that are no NICs, and functions that could have VFs', () => {
    const disk = lab({
      machines: { guest: { nics: { disk: { model: 'nvme' } } } },
      checks: ['enumeration'],
    });
    const target = firstTarget(disk);
    const content = scriptsOf(target).get('enumeration.sh');
    expect(content).toContain(`${target.nic.pf.bdf} nvme`);
    expect(content).not.toBe(scriptsOf(firstTarget(labWithNic({}, ['enumeration']))).get('enumeration.sh'));
  });

  it('of vf-creation and hotplug-free are the same one, which takes longer with each VF and cycle', () => {
    const creation = firstTarget(labWithNic({ vfs: 3 }, [{ 'vf-creation': { cycles: 2 } }]));
    const hotplug = firstTarget(labWithNic({ vfs: 3 }, [{ 'hotplug-free': { cycles: 2 } }]));
    expect([...scriptsOf(creation).keys()]).toEqual(['vf-creation-2.sh']);
    expect([...scriptsOf(hotplug).keys()]).toEqual(['vf-creation-2.sh', 'hotplug-free.sh']);
    expect(limitOf(creation)).toBe(60_000 + 2 * (4000 + 3 * 200));
    expect(limitOf(hotplug)).toBe(limitOf(creation));
  });

  it('of reboot are one before it and one after it', () => {
    const target = firstTarget(labWithNic({ vfs: 2 }, ['reboot']));
    const scripts = scriptsOf(target);
    expect([...scripts.keys()]).toEqual(['reboot-before.sh', 'reboot-after.sh']);
    for (const content of scripts.values())
      for (const { bdf, mac } of target.nic.vfs) expect(content).toContain(`${bdf} ${mac ?? ''}`);
    expect(limitOf(target)).toBe(60_400);
  });

  it('of link-state are one and its end, and of storage one', () => {
    const link = firstTarget(labWithNic({ vfs: 2 }, ['link-state']));
    expect([...scriptsOf(link).keys()]).toEqual(['link-state.sh', 'link-state-end.sh']);
    for (const { bdf } of link.nic.vfs) expect(scriptsOf(link).get('link-state.sh')).toContain(bdf);
    expect(limitOf(link)).toBe(60_000);
    const disk = firstTarget(
      lab({ machines: { guest: { nics: { d: { model: 'nvme', vfs: 2 } } } }, checks: ['storage'] }),
    );
    expect(limitOf(disk)).toBe(60_000 + 2 * (10_000 + 4 * 500));
  });
});

describe('the view of a NIC and its VFs', () => {
  const viewOf = (nic: Parameters<typeof labWithNic>[0]) =>
    vfView(firstTarget(labWithNic(nic, ['vf-creation'])));

  it('of virtio-net has nothing that the PF must do', () => {
    expect(viewOf({ vfs: 2 })).toMatchObject({
      total: 2,
      offered: 2,
      storage: false,
      macsByPf: false,
      onlineByPf: false,
      prepared: false,
      slowLink: false,
    });
  });

  it('of igb has MACs that the PF sets, and a link that takes its time', () => {
    const view = viewOf({ model: 'igb', vfs: 2 });
    expect(view).toMatchObject({ total: 2, macsByPf: true, prepared: true, slowLink: true });
    expect(view.vfs.map(({ identity, mac }) => identity === mac && /^[0-9a-f:]{17}$/.test(mac))).toEqual([
      true,
      true,
    ]);
    expect(view.offered).toBeGreaterThan(2);
  });

  it('of nvme has controllers with numbers, which the PF puts online', () => {
    const view = vfView(
      firstTarget(
        lab({ machines: { guest: { nics: { d: { model: 'nvme', vfs: 2 } } } }, checks: ['storage'] }),
      ),
    );
    expect(view).toMatchObject({ storage: true, macsByPf: false, onlineByPf: true, prepared: true });
    expect(view.vfs.map(({ identity, mac, address, cidr }) => [identity, mac, address, cidr])).toEqual([
      ['1', '-', '-', '-'],
      ['2', '-', '-', '-'],
    ]);
  });
});

describe('the tap on this computer where a function comes out', () => {
  it('is found through whatever machines are around', () => {
    const vdpa = shipped('vdpa');
    expect(outermostTap(vdpa, 'guest', 'pf0.vf0')).toBe('server-pf0.vf1');
    const bridged = lab({
      networks: { lan: {}, inner: { on: 'server', uplink: 'up' }, lost: { on: 'server' } },
      machines: {
        server: { nics: { up: { backend: { tap: 'lan' } } } },
        guest: {
          on: 'server',
          nics: { a: { backend: { tap: 'inner' } }, b: { backend: { tap: 'lost' } }, c: { backend: 'user' } },
        },
      },
    });
    expect(outermostTap(bridged, 'guest', 'a')).toBe('server-up');
    expect(outermostTap(bridged, 'guest', 'b')).toBeUndefined();
    expect(outermostTap(bridged, 'guest', 'c')).toBeUndefined();
    const given = lab({ machines: { guest: { nics: { pf0: { backend: { vdpa: '/dev/vhost-vdpa-0' } } } } } });
    expect(outermostTap(given, 'guest', 'pf0')).toBeUndefined();
    const disk = lab({ machines: { guest: { nics: { disk: { model: 'nvme' } } } } });
    expect(outermostTap(disk, 'guest', 'disk')).toBeUndefined();
  });
});

describe('the values of a parameter', () => {
  it('are told in words', () => {
    const { plugin, count } = specOf('cni-attach').parameters.shape;
    expect(plugin && allowedValues(plugin)).toBe('one of: host-device, sriov, sriov-virtio');
    expect(count && allowedValues(count)).toBe('a whole number from 1 to 10000');
  });

  it('a check that there is not has no half that runs', () => {
    expect(() => findCheck('teleport')).toThrow('teleport');
    for (const name of checkNames) expect(findCheck(name)).toHaveProperty('run');
  });
});
