import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { toSocket } from '../../src/qemu/unix-socket.js';
import { Qmp } from '../../src/qemu/qmp.js';
import { Sandbox } from './support/sandbox.js';
import { parseReport } from './support/tap.js';

// What a check says of one NIC is about that NIC, in whatever state the guest is.

const LIMIT_MS = 900_000;

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  await sandbox.dispose();
});

/** Writes a definition and returns its folder. */
function labOf(name: string, definition: object): string {
  const folder = join(sandbox.folder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'lab.yaml'), stringify(definition));
  return folder;
}

async function up(lab: string): Promise<void> {
  const { exitCode, stderr } = await sandbox.startFor(LIMIT_MS, 'up', lab);
  expect(exitCode, stderr).toBe(0);
}

/** Runs checks: the exit code, what failed with the check's title, the whole report, and how long it took in s. */
async function run(lab: string, ...checks: string[]) {
  const began = Date.now();
  const only = checks.flatMap((check) => ['--check', check]);
  const { exitCode, stdout, stderr } = await sandbox.startFor(LIMIT_MS, 'test', lab, '--tap', ...only);
  const failed = [...parseReport(stdout).checks].flatMap(([check, { failed: titles }]) =>
    titles.map((title) => `${check}: ${title}`),
  );
  return { exitCode, failed, stdout, stderr, seconds: (Date.now() - began) / 1000 };
}

async function passes(lab: string, ...checks: string[]): Promise<void> {
  const { exitCode, failed, stderr } = await run(lab, ...checks);
  expect(failed).toEqual([]);
  expect(exitCode, stderr).toBe(0);
}

async function inGuest(lab: string, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await sandbox.lab('exec', lab, 'guest', '--', 'sh', '-c', script);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

/** The functions' netdevs that are in the guest's initial namespace, and the namespaces of checks. */
async function atHome(lab: string): Promise<string> {
  return inGuest(lab, 'ls -d /sys/bus/pci/devices/*/virtio*/net/* | wc -l; ls /run/netns 2>/dev/null');
}

const QUICK_TRAFFIC = { traffic: { count: 5, megabytes: 0, transactions: 0 } };
const NETWORK = { networks: { lan: { subnet: '10.0.0.0/24' } }, peers: { server: { network: 'lan' } } };

describe('two NICs of a machine', () => {
  test.each([
    ['on one network', { tap: 'lan' }, 'virtio-net'],
    ['of the model igb, on one network', { tap: 'lan' }, 'igb'],
    ['each on a user network', 'user', 'virtio-net'],
  ])('%s: the checks of both pass', { timeout: LIMIT_MS }, async (_, backend, model) => {
    const nic = { model, backend, vfs: 1 };
    const nics = { pf0: nic, pf1: nic, plain: { backend } };
    const checks = [{ 'vf-creation': { cycles: 1 } }, QUICK_TRAFFIC];
    await passes(labOf('two', { ...NETWORK, machines: { guest: { nics } }, checks }));
    expect(await sandbox.leftovers()).toEqual([]);
  });
});

const VLANS = {
  networks: { lan: { subnet: '10.0.0.0/24', vlans: [10, 20] } },
  peers: { server10: { network: 'lan', vlan: 10 }, server20: { network: 'lan', vlan: 20 } },
};
const tap = (vlan: number) => ({ tap: 'lan', vlan });
const ON_VLANS = { backend: tap(10), vfs: [{}, { backend: tap(20) }] };
const ALL_CHECKS = {
  ...VLANS,
  machines: { guest: { nics: { pf0: ON_VLANS, pf1: ON_VLANS, plain: { backend: tap(20) } } } },
  checks: [
    { 'vf-creation': { cycles: 1 } },
    { 'hotplug-free': { cycles: 1 } },
    QUICK_TRAFFIC,
    'link-state',
    'isolation',
    'enumeration',
  ],
};

/** Each of these words directly after each other one: the edges of a complete graph in one walk. */
function everyPair(words: readonly string[]): string[] {
  const walk = [...words.slice(0, 1)];
  const open = new Set(
    words.flatMap((one) => words.flatMap((other) => (one === other ? [] : [`${one} ${other}`]))),
  );
  for (let last = walk[0] ?? ''; open.size > 0; last = walk.at(-1) ?? '') {
    const next =
      words.find((word) => open.has(`${last} ${word}`)) ??
      words.find((word) => [...open].some((pair) => pair.startsWith(`${word} `)));
    if (next === undefined) break;
    open.delete(`${last} ${next}`);
    walk.push(next);
  }
  return walk;
}

describe('the checks of one lab', () => {
  test('pass whichever of them ran before', { tags: 'thorough', timeout: 2 * LIMIT_MS }, async () => {
    const lab = labOf('orders', ALL_CHECKS);
    await up(lab);
    const names = ['vf-creation', 'hotplug-free', 'traffic', 'link-state', 'isolation', 'enumeration'];
    for (const name of everyPair(names)) await passes(lab, name);
    expect(await atHome(lab)).toBe('7');
  });

  test(
    'pass over what a killed check has left, and leave a namespace of yours',
    { timeout: LIMIT_MS },
    async () => {
      const lab = labOf('left', ALL_CHECKS);
      await up(lab);
      for (const check of ['enumeration', 'traffic', 'link-state', 'isolation', 'vf-creation']) {
        await inGuest(
          lab,
          `ip netns add mine 2>/dev/null
        number=0
        for netdev in /sys/bus/pci/devices/*/virtio*/net/*; do
          bdf=\${netdev%%/virtio*}
          namespace=lab-left$((number += 1))
          ip netns add $namespace
          echo "\${netdev##*/} \${bdf##*/}" >/run/lab/$namespace.netdev
          ip link set dev "\${netdev##*/}" netns $namespace
          nsenter --net=/run/netns/$namespace sleep 1000 >/dev/null 2>&1 &
        done`,
        );
        await passes(lab, check);
      }
      expect((await atHome(lab)).split('\n').slice(1)).toEqual(['mine']);
    },
  );

  test('give back what they took when they are interrupted', { timeout: LIMIT_MS }, async () => {
    const lab = labOf('interrupted', {
      ...NETWORK,
      machines: { guest: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 2 } } } },
      checks: [{ traffic: { count: 10_000 } }],
    });
    await up(lab);
    const running = sandbox.startFor(LIMIT_MS, 'test', lab);
    await new Promise<void>((resolve) => {
      running.stderr.on('data', (said: Buffer) => {
        if (said.toString().includes('… traffic')) resolve();
      });
    });
    // By then its functions are in their namespaces, and it goes on for minutes.
    await setTimeout(8000);
    running.kill('SIGINT');
    expect((await running).exitCode).toBe(130);
    expect(await atHome(lab)).toBe('3');
  });
});

describe('packets', () => {
  test('fit the MTUs of their path', { timeout: LIMIT_MS }, async () => {
    const vfs = [{ mtu: 1400 }, {}, { backend: 'user', mtu: 1300 }];
    const figures = { traffic: { count: 5, megabytes: 1, transactions: 20 } };
    await passes(
      labOf('mtu', {
        ...NETWORK,
        machines: {
          guest: {
            nics: {
              pf0: { backend: { tap: 'lan' }, vfs },
              card: { model: 'igb', backend: { tap: 'lan' }, mtu: 1400, vfs: 1 },
            },
          },
        },
        checks: [figures],
      }),
    );
  });
});

describe('drivers', () => {
  test(
    'bind although somebody has switched autoprobing off, which stays as it was',
    { timeout: LIMIT_MS },
    async () => {
      const lab = labOf('autoprobe', {
        machines: { guest: { nics: { pf0: { backend: 'user', vfs: 2 } } } },
        checks: [{ 'vf-creation': { cycles: 1 } }],
      });
      await up(lab);
      const autoprobe = '/sys/bus/pci/devices/0000:01:00.0/sriov_drivers_autoprobe';
      await inGuest(lab, `echo 0 >${autoprobe}; echo 0 >/sys/bus/pci/drivers_autoprobe`);
      await passes(lab);
      expect(await inGuest(lab, `cat ${autoprobe} /sys/bus/pci/drivers_autoprobe`)).toBe('0\n0');
    },
  );

  test('that are missing are called that, after seconds', { timeout: LIMIT_MS }, async () => {
    const lab = labOf('driver', {
      machines: { guest: { nics: { pf0: { model: 'igb', backend: 'user', vfs: 2 } } } },
      checks: [{ 'vf-creation': { cycles: 10 } }],
    });
    await up(lab);
    await inGuest(lab, 'rmmod igbvf');
    const { failed, stdout } = await run(lab);
    expect(failed).toContain(
      "vf-creation: each VF is at its BDF, with its driver, one netdev and the lab's MAC",
    );
    expect(failed.join()).not.toContain('runs to its end');
    expect(stdout).toContain('0000:01:10.0 no driver');
    expect(stdout).not.toContain('another driver');
  });
});

describe('a dead link', () => {
  async function setLink(machine: string, netdev: string): Promise<void> {
    const signal = AbortSignal.timeout(30_000);
    const qmp = await Qmp.open(toSocket(join(sandbox.run(), `${machine}.qmp`)), signal);
    await qmp.execute('set_link', { name: netdev, up: false });
    qmp.close();
  }

  test.each([
    ['virtio-net', 'user', 'net-pf0.vf0', 'vf0 has no link', ['vf0 to QEMU'], 'vf1 to QEMU'],
    [
      'virtio-net',
      { tap: 'lan' },
      'net-pf0.vf0',
      'vf0 has no link',
      ['vf0 to server', 'vf1 to vf0'],
      'vf1 to server',
    ],
    ['igb', { tap: 'lan' }, 'net-pf0', 'has no link', ['vf0 to server'], 'nothing else'],
  ])(
    'of a function of %s on %j is named after seconds, and others are tried',
    { timeout: LIMIT_MS },
    async (model, backend, netdev, words, dead, alive) => {
      const lab = labOf('dead', {
        ...NETWORK,
        machines: { guest: { nics: { pf0: { model, backend, vfs: 2 } } } },
        checks: [{ traffic: { count: 5 } }],
      });
      await up(lab);
      await setLink('guest', netdev);
      const { failed, stdout } = await run(lab);
      for (const title of dead) expect(failed.join('\n')).toContain(`traffic: ${title}`);
      expect(failed.join('\n')).not.toContain(`traffic: ${alive}`);
      expect(failed.join('\n')).not.toContain('runs to its end');
      expect(stdout).toContain(words);
      expect(stdout).toContain('no figures');
      const seconds = Number(/^not ok 1 - traffic # time=(\d+)/m.exec(stdout)?.[1]);
      expect(seconds).toBeLessThan(200);
    },
  );
});
