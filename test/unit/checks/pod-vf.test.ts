import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { assertion, type CheckTarget, type ScriptOutput } from '../../../src/checks/check.js';
import { farEndOf } from '../../../src/checks/pod-vf/far-end.js';
import { findCheck } from '../../../src/checks/runs.js';
import { checkTarget } from '../../../src/lab/check-target.js';
import type { Lab } from '../../../src/model/lab.js';
import { clusterTarget, labWithCluster, request } from '../../support/cluster-checks.js';
import { useScratch } from '../../support/scratch.js';
import { failedOf, runScript } from '../../support/fake-kubectl.js';
import { failedIn, fakeHost, fine, linksOf, runIn, saying } from './fake-world.js';

const scratch = useScratch();

/** 3 packets of 1408 bytes. */
const COUNT = 3;
const PAYLOAD = COUNT * 1408;

/** What a cluster does wrong, if anything. */
interface Faults {
  /** The facts of a pod that differ. */
  readonly facts?: Readonly<Record<string, object>>;
  /** The same, after the restart. */
  readonly factsAfterRestart?: Readonly<Record<string, object>>;
  /** The same, after the reboot. */
  readonly factsAfterReboot?: Readonly<Record<string, object>>;
  /** Pods that the kubelet has refused, by their UIDs. */
  readonly refused?: Readonly<Record<string, string>>;
  /** Why the node does not come back. */
  readonly reboot?: Error;
  /** The bytes that something counts in place of the payload. */
  readonly net1?: number;
  readonly eth0?: number;
  readonly tap?: number;
  readonly peer?: number;
  readonly ping?: string;
  /** A script that fails. */
  readonly fails?: string;
  /** VFs that do not come home. */
  readonly lost?: readonly string[];
  /** VFs that are away at first. */
  readonly awayAtFirst?: readonly string[];
  /** A VF that a pod holds, but that is in the node nevertheless. */
  readonly stays?: string;
  /** What the claims’ status says of a pod differently. */
  readonly claims?: Readonly<Record<string, object>>;
  /** The same, and only after the reboot. */
  readonly claimsAfterReboot?: Readonly<Record<string, object>>;
  /** What the PF still has on a VF that has come home: ` vlan 10`. */
  readonly left?: string;
  /** The pod that waits gets this VF. */
  readonly lastGets?: string;
}

const REPLIES = Array.from({ length: COUNT }, (_, index) => `64 bytes: icmp_seq=${index + 1} ttl=64\n`).join(
  '',
);

/** A cluster that behaves, but for its faults. */
function cluster(of: Lab, faults: Faults = {}) {
  const nic = of.machines[0]?.nics[1];
  const vfs = nic?.vfs ?? [];
  const ran: string[] = [];
  /** Which VF each pod holds, by their names. */
  const holds = new Map<string, string>();
  let counted = 0;
  let restarted = false;
  let rebooted = false;
  const macOf = (vf: string | undefined): string => vfs.find(({ name }) => name === vf)?.mac ?? '';
  const addressOf = (pod: string): string => `10.0.0.${99 + Number(pod)}/24`;
  const claimOf = (pod: string, vf: string): object => ({
    interface: 'net1',
    mac: macOf(vf),
    addresses: addressOf(pod),
    ...faults.claims?.[pod],
    ...(rebooted ? faults.claimsAfterReboot?.[pod] : {}),
  });
  const factsOf = (pod: string, vf: string): object => ({
    uid: `uid-${pod}`,
    container: `containerd://${pod}`,
    restarts: 0,
    mac: macOf(vf),
    address: addressOf(pod),
    ...faults.facts?.[pod],
    ...(restarted && !rebooted ? faults.factsAfterRestart?.[pod] : {}),
    ...(rebooted ? faults.factsAfterReboot?.[pod] : {}),
  });
  const home = (): Record<string, string> =>
    Object.fromEntries(
      vfs.map(({ name, mac }) => {
        const held = [...holds.values()].includes(name) && name !== faults.stays;
        const away =
          held ||
          (ran.includes('pod-vf-kill.sh') && faults.lost?.includes(name) === true) ||
          faults.awayAtFirst?.includes(name) === true;
        const left = ran.includes('pod-vf-kill.sh') ? (faults.left ?? '') : '';
        return [name, away ? '' : `ens1${name} ${String(mac)}${left}`];
      }),
    );
  const script = (path: string): ScriptOutput => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (name !== 'pod-vf-home.sh') ran.push(name);
    if (name === faults.fails) return { ...fine, assertions: [assertion(false, `${name} works`)] };
    if (name === 'pod-vf-home.sh') return saying(home());
    if (name === 'pod-vf-begin.sh' || name === 'pod-vf-replaced.sh')
      for (const [index, vf] of vfs.entries()) holds.set(String(index + 1), vf.name);
    if (name === 'pod-vf-restarted.sh') restarted = true;
    if (name === 'pod-vf-free.sh') {
      holds.set(String(vfs.length + 1), faults.lastGets ?? holds.get('1') ?? '');
      holds.delete('1');
    }
    if (name === 'pod-vf-kill.sh') holds.delete(String(vfs.length + 1));
    if (name === 'pod-vf-end.sh') holds.clear();
    if (name === 'pod-vf-facts.sh')
      return saying(Object.fromEntries([...holds].map(([pod, vf]) => [pod, factsOf(pod, vf)])));
    if (name === 'pod-vf-claims.sh')
      return saying(Object.fromEntries([...holds].map(([pod, vf]) => [pod, claimOf(pod, vf)])));
    if (name === 'pod-vf-refused.sh') return faults.refused ? saying(faults.refused) : fine;
    const net1 = faults.net1 ?? PAYLOAD;
    const eth0 = faults.eth0 ?? 90;
    const said = { net1: { rx: net1, tx: net1 }, eth0: { rx: eth0, tx: eth0 } };
    if (name === 'pod-vf-each-to-far-end.sh') {
      counted += vfs.length;
      return { ...fine, data: vfs.map(() => said) };
    }
    if (name === 'pod-vf-to-far-end.sh' || name === 'pod-vf-to-pod.sh') {
      counted += 1;
      return saying(said);
    }
    return fine;
  };
  const moved = (bytes: number): { rx: number; tx: number } => ({ rx: counted * bytes, tx: counted * bytes });
  const taps = (): string =>
    linksOf(
      Object.fromEntries(
        [of.machines[0]?.nics[0]?.pf, nic?.pf, ...vfs].flatMap((one) =>
          one?.backend?.type === 'tap' ? [[one.backend.ifname, moved(faults.tap ?? PAYLOAD)]] : [],
        ),
      ),
    );
  const peer = () =>
    fakeHost((command) => {
      if (!command.startsWith('ping ')) return linksOf({ eth0: moved(faults.peer ?? PAYLOAD) });
      ran.push(command);
      counted += 1;
      return faults.ping ?? REPLIES;
    });
  const reboot = async (): Promise<void> => {
    ran.push('reboot');
    rebooted = true;
    if (faults.reboot !== undefined) throw faults.reboot;
    return Promise.resolve();
  };
  return { ran, script, context: { outside: fakeHost(taps), peer, reboot } };
}

const two = labWithCluster([request('pod-vf', 'pf0', COUNT)]);

describe('pod-vf', () => {
  it('passes when pods get VFs, use them and give them back', async () => {
    const of = cluster(two);
    const results = await runIn(two, of);
    expect(failedIn(results)).toEqual([]);
    expect(of.ran).toEqual([
      'pod-vf-begin.sh',
      'pod-vf-facts.sh',
      'pod-vf-to-far-end.sh',
      'ping -n -A -c 3 -s 1400 -w 6 10.0.0.100',
      'pod-vf-to-pod.sh',
      'pod-vf-full.sh',
      'pod-vf-restart.sh',
      'pod-vf-restarted.sh',
      'pod-vf-facts.sh',
      'pod-vf-to-far-end.sh',
      'pod-vf-free.sh',
      'pod-vf-facts.sh',
      'pod-vf-kill.sh',
      'pod-vf-end.sh',
      'pod-vf-replaced.sh',
      'pod-vf-facts.sh',
      'reboot',
      'pod-vf-rebooted.sh',
      'pod-vf-facts.sh',
      'pod-vf-refused.sh',
      'pod-vf-each-to-far-end.sh',
      'pod-vf-end.sh',
    ]);
    const titles = results.flatMap(({ assertions }) => assertions.map(({ title }) => title));
    expect(new Set(titles).size).toBeGreaterThan(48);
    expect(titles).toContain('pod 1 to pod 2: the tap of vf1 counted the payload both ways');
    expect(titles).toContain('killed by force: vf0 is back in the node under its name and MAC');
    expect(titles).toContain('after the reboot: pod 2: net1 has the MAC of a VF of the lab');
    expect(titles).toContain(
      'after the reboot: all pods deleted: vf1 is back in the node under its name and MAC',
    );
  });

  it('leaves the node up if it is told to', async () => {
    const asked = { ...request('pod-vf', 'pf0', COUNT), choices: { reboot: 'off' } };
    const up = labWithCluster([asked]);
    const of = cluster(up);
    expect(failedIn(await runIn(up, of))).toEqual([]);
    expect(of.ran).not.toContain('reboot');
    expect(of.ran.at(-1)).toBe('pod-vf-end.sh');
    const scripts = findCheck('pod-vf').scripts(checkTarget(up, asked), 'tcg');
    const paths = scripts.map(({ path }) => path);
    expect(paths.some((path) => path.includes('rebooted'))).toBe(false);
  });

  it('leaves a node up that has the control plane, and says so', async () => {
    const asked = request('pod-vf', 'pf0', COUNT);
    const single = labWithCluster([asked], { controlPlane: { machine: 'guest' } });
    const of = cluster(single);
    const results = await runIn(single, of);
    expect(failedIn(results)).toEqual([]);
    expect(of.ran).not.toContain('reboot');
    expect(of.ran.at(-1)).toBe('pod-vf-end.sh');
    expect(results[0]?.remarks).toEqual([
      'guest was not rebooted: the control plane runs in it, and only `lab up` starts that again',
    ]);
    const scripts = findCheck('pod-vf').scripts(checkTarget(single, asked), 'tcg');
    expect(scripts.filter(({ path }) => path.includes('rebooted'))).toEqual([]);
  });

  it('reboots a node whose control plane is in another machine', async () => {
    const options = { nodes: ['guest', 'other'], controlPlane: { machine: 'other' } };
    const apart = labWithCluster([request('pod-vf', 'pf0', COUNT)], options);
    const of = cluster(apart);
    const results = await runIn(apart, of);
    expect(failedIn(results)).toEqual([]);
    expect(of.ran).toContain('reboot');
    expect(results[0]?.remarks).toEqual([]);
  });

  it('takes another pod in place of one that the kubelet has refused, and says so', async () => {
    const factsAfterReboot = { 2: { uid: 'another' } };
    const refused = { 'uid-2': 'no healthy devices present', other: 'not of this check' };
    const results = await runIn(two, cluster(two, { factsAfterReboot, refused }));
    expect(failedIn(results)).toEqual([]);
    expect(results[0]?.remarks).toEqual([
      'after the reboot: the kubelet refused pod 2, and another took its place: no healthy devices present',
    ]);
  });

  it('fails when the node does not come back from its reboot, and says why', async () => {
    const reboot = new Error('it was not up again', { cause: new Error('Kernel panic') });
    const of = cluster(two, { reboot });
    const results = await runIn(two, of);
    expect(failedIn(results)).toEqual(['guest reboots']);
    const failed = results[0]?.assertions.find(({ ok }) => !ok);
    expect(failed?.diagnostics).toEqual(['it was not up again', 'Kernel panic']);
    expect(of.ran.slice(-2)).toEqual(['reboot', 'pod-vf-end.sh']);
  });

  it('of a NIC with one VF has nobody to reach but the peer', async () => {
    const one = labWithCluster([request('pod-vf', 'pf0', COUNT)], { count: 1 });
    const of = cluster(one);
    expect(failedIn(await runIn(one, of))).toEqual([]);
    expect(of.ran).not.toContain('pod-vf-to-pod.sh');
  });

  it('looks at no tap that both VFs share', async () => {
    const igb = labWithCluster([request('pod-vf', 'pf0', COUNT)], { model: 'igb' });
    const results = await runIn(igb, cluster(igb));
    const titles = results.flatMap(({ assertions }) => assertions.map(({ title }) => title));
    expect(failedIn(results)).toEqual([]);
    expect(titles).toContain('pod 1 to control: the tap of vf0 counted the payload both ways');
    expect(titles).not.toContain('pod 1 to pod 2: the tap of vf0 counted the payload both ways');
  });

  it('with DRA asks the claims what their pods have, also after the reboot', async () => {
    const dra = labWithCluster([request('pod-vf', 'pf0', COUNT)], { vfs: 'dra' });
    const of = cluster(dra);
    const results = await runIn(dra, of);
    expect(failedIn(results)).toEqual([]);
    expect(of.ran.filter((name) => name === 'pod-vf-claims.sh')).toHaveLength(2);
    const titles = results.flatMap(({ assertions }) => assertions.map(({ title }) => title));
    const told = 'pod 2: the status of its claim names net1, its MAC and its address';
    expect(titles.filter((title) => title.endsWith(told))).toEqual([told, `after the reboot: ${told}`]);
    expect(
      findCheck('pod-vf')
        .scripts(clusterTarget('pod-vf', 'pf0'), 'tcg')
        .map(({ path }) => path),
    ).not.toContain('checks/guest-pf0/pod-vf-claims.sh');
  });

  it.each<[string, Faults, string]>([
    ['says nothing', { claims: { 1: { interface: '', mac: '', addresses: '' } } }, 'pod 1'],
    ['names another interface', { claims: { 2: { interface: 'net2' } } }, 'pod 2'],
    ['names the MAC of another VF', { claims: { 2: { mac: '52:54:00:00:00:99' } } }, 'pod 2'],
    [
      'still names the address of before the reboot',
      { claimsAfterReboot: { 1: { addresses: '10.0.0.99/24' } } },
      'after the reboot: pod 1',
    ],
  ])('with DRA fails when the status of a claim %s, after some time', async (_, faults, pod) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }).setTimerTickMode('nextTimerAsync');
    try {
      const dra = labWithCluster([request('pod-vf', 'pf0', COUNT)], { vfs: 'dra' });
      const titles = failedIn(await runIn(dra, cluster(dra, faults)));
      expect(titles).toContain(`${pod}: the status of its claim names net1, its MAC and its address`);
    } finally {
      vi.useRealTimers();
    }
  });

  it('that are on a VLAN reach it over the network, and nobody else', async () => {
    const igb = labWithCluster([request('pod-vf', 'pf0', COUNT)], { model: 'igb', vlan: 10 });
    const of = cluster(igb);
    const results = await runIn(igb, of);
    expect(failedIn(results)).toEqual([]);
    const titles = results.flatMap(({ assertions }) => assertions.map(({ title }) => title));
    expect(titles).toContain('pod 1 to VLAN 10: the tap of vf0 counted the payload both ways');
    expect(titles).toContain('pod 1 to VLAN 10: the tap of uplink counted the payload both ways');
    expect(titles).toContain(
      'after the reboot: all pods to VLAN 10: the tap of uplink counted the payload both ways',
    );
    expect(titles.filter((title) => title.includes('control'))).toEqual([]);
    const ofVlans = ['pod-vf-vlan.sh', 'pod-vf-silent.sh', 'pod-vf-vlan-end.sh'];
    expect(of.ran.filter((name) => ofVlans.includes(name) || name === 'reboot')).toEqual([
      'pod-vf-vlan.sh',
      'pod-vf-silent.sh',
      'pod-vf-vlan-end.sh',
      'reboot',
      'pod-vf-vlan.sh',
      'pod-vf-vlan-end.sh',
    ]);
  });

  it.each<[string, Faults, string[]]>([
    ['its pods are not on it', { fails: 'pod-vf-to-far-end.sh' }, ['pod-vf-to-far-end.sh works']],
    ['others hear them', { fails: 'pod-vf-silent.sh' }, ['pod-vf-silent.sh works']],
    [
      'packets leave the card without the network seeing them',
      { tap: PAYLOAD - 1 },
      ['pod 1 to VLAN 10: the tap of uplink counted the payload both ways'],
    ],
    [
      'a VF comes home with it',
      { left: ' vlan 10' },
      ['killed by force: vf0 is back in the node under its name and MAC'],
    ],
    ['its namespace stays in the node', { fails: 'pod-vf-vlan-end.sh' }, ['pod-vf-vlan-end.sh works']],
  ])('with a VLAN fails when %s', async (_, faults, failed) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }).setTimerTickMode('nextTimerAsync');
    try {
      const igb = labWithCluster([request('pod-vf', 'pf0', COUNT)], { model: 'igb', vlan: 10 });
      const titles = failedIn(await runIn(igb, cluster(igb, faults)));
      for (const title of failed) expect(titles).toContain(title);
    } finally {
      vi.useRealTimers();
    }
  });

  it('reaches a VLAN through the PF itself if no other NIC of the node is on the network', () => {
    const target = clusterTarget('pod-vf', 'pf0', { model: 'igb', vlan: 10 });
    expect(farEndOf(target).vlan?.port.id).toBe('uplink');
    const alone = { ...target, machine: { ...target.machine, nics: [target.nic] } };
    expect(farEndOf(alone).vlan?.port.id).toBe('pf0');
  });

  const less = PAYLOAD - 1;

  it.each<[string, Faults, string[]]>([
    [
      'is Ready without its VF',
      { facts: { 2: { mac: '', address: '' } } },
      [
        'pod 2: net1 has the MAC of a VF of the lab',
        'pod 2: net1 has an address of the pool',
        'pod 2: no other pod has its VF or its address',
        'pod 1 to pod 2: the tap of vf1 counted the payload both ways',
      ],
    ],
    [
      'has another interface than a VF',
      { facts: { 2: { mac: '52:54:00:00:00:99' } } },
      ['pod 2: net1 has the MAC of a VF of the lab'],
    ],
    [
      'has an address of nobody’s',
      { facts: { 2: { address: '10.0.0.104/24' } } },
      ['pod 2: net1 has an address of the pool'],
    ],
    [
      'has an address before the pool',
      { facts: { 2: { address: '10.0.0.99/24' } } },
      ['pod 2: net1 has an address of the pool'],
    ],
    [
      'has another prefix',
      { facts: { 2: { address: '10.0.0.101/32' } } },
      ['pod 2: net1 has an address of the pool'],
    ],
    [
      'has the address of another',
      { facts: { 2: { address: '10.0.0.100/24' } } },
      ['pod 1: no other pod has its VF or its address', 'pod 2: no other pod has its VF or its address'],
    ],
  ])('fails when a pod %s', async (_, faults, failed) => {
    const titles = failedIn(await runIn(two, cluster(two, faults)));
    for (const title of failed.slice(0, 3)) expect(titles).toContain(title);
  });

  it.each<[string, Faults, string[]]>([
    [
      'net1 counts too little',
      { net1: less },
      [
        'pod 1 to control: net1',
        'pod 1 to pod 2: net1',
        'after the reboot: pod 1 to control: net1',
        'after the reboot: pod 2 to control: net1',
      ],
    ],
    [
      'a tap counts too little',
      { tap: less },
      [
        'pod 1 to control: the tap of vf0',
        'control to pod 1: the tap of vf0',
        'pod 1 to pod 2: the tap of vf0',
        'pod 1 to pod 2: the tap of vf1',
      ],
    ],
    [
      'the peer counts too little',
      { peer: less },
      [
        'pod 1 to control: control',
        'control to pod 1: control',
        'after the reboot: all pods to control: control',
      ],
    ],
  ])('fails when %s', async (_, faults, failed) => {
    expect(failedIn(await runIn(two, cluster(two, faults)))).toEqual(
      failed.map((title) => `${title} counted the payload both ways`),
    );
  });

  it.each<[string, Faults, string[]]>([
    [
      'eth0 carries the payload',
      { eth0: 1400 },
      [
        'pod 1 to control: eth0 counted less than one packet',
        'pod 1 to pod 2: eth0 counted less than one packet',
      ],
    ],
    [
      'the peer gets no answer',
      { ping: REPLIES.replace('seq=2', 'seq=9') },
      ['control to pod 1: 3 packets, none lost'],
    ],
    [
      'a VF that a pod holds is in the node nevertheless',
      { stays: 'vf1' },
      ['vf1, which a pod holds, is no longer in the node’s own namespace'],
    ],
    [
      'a pod is restarted with the kubelet',
      { factsAfterRestart: { 2: { restarts: 1 } } },
      ['after the restart: pod 2 has its container, its VF and its address as before'],
    ],
    ['the scheduler gives no reason', { fails: 'pod-vf-full.sh' }, ['pod-vf-full.sh works']],
    ['the node does not come back', { fails: 'pod-vf-restarted.sh' }, ['pod-vf-restarted.sh works']],
    [
      'a pod has another VF after the reboot',
      { factsAfterReboot: { 1: { mac: two.machines[0]?.nics[1]?.vfs[1]?.mac } } },
      [
        'after the reboot: pod 1 has its VF as before, unless the kubelet has refused the pod',
        'after the reboot: pod 1: no other pod has its VF or its address',
        'after the reboot: pod 2: no other pod has its VF or its address',
        'after the reboot: vf0, which no pod holds, is in the node under its name and MAC',
      ],
    ],
    [
      'a pod is replaced after the reboot for another reason',
      { factsAfterReboot: { 2: { uid: 'another' } }, refused: { other: 'no healthy devices present' } },
      ['after the reboot: pod 2 has its VF as before, unless the kubelet has refused the pod'],
    ],
    [
      'a pod is Ready without its VF after the reboot',
      { factsAfterReboot: { 2: { mac: '', address: '' } } },
      [
        'after the reboot: pod 2: net1 has the MAC of a VF of the lab',
        'after the reboot: pod 2: net1 has an address of the pool',
      ],
    ],
    ['pods do not come back', { fails: 'pod-vf-rebooted.sh' }, ['pod-vf-rebooted.sh works']],
    ['the StatefulSet has no pods', { fails: 'pod-vf-replaced.sh' }, ['pod-vf-replaced.sh works']],
    [
      'the pod that waits gets a VF that another has',
      { lastGets: 'vf1' },
      ['pod 3 has the VF that pod 1 gave back'],
    ],
    ['pods are left', { fails: 'pod-vf-end.sh' }, ['pod-vf-end.sh works']],
  ])('fails when %s', async (_, faults, failed) => {
    const titles = failedIn(await runIn(two, cluster(two, faults)));
    for (const title of failed) expect(titles).toContain(title);
  });

  it('fails when a VF does not come back, after a long wait', async () => {
    vi.useFakeTimers();
    try {
      const running = runIn(two, cluster(two, { lost: ['vf0'] }));
      await vi.advanceTimersByTimeAsync(400_000);
      expect(failedIn(await running)).toEqual([
        'killed by force: vf0 is back in the node under its name and MAC',
        'all pods deleted: vf0 is back in the node under its name and MAC',
      ]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('begins nothing while somebody else’s pod has a VF', async () => {
    const of = cluster(two, { awayAtFirst: ['vf0'] });
    expect(failedIn(await runIn(two, of))).toContain('before: no pod holds a VF');
    expect(of.ran).toEqual(['pod-vf-end.sh']);
  });

  it('goes no further when a pod does not start, and takes the others away', async () => {
    const of = cluster(two, { fails: 'pod-vf-begin.sh' });
    expect(failedIn(await runIn(two, of))).toEqual(['pod-vf-begin.sh works']);
    expect(of.ran).toEqual(['pod-vf-begin.sh', 'pod-vf-end.sh']);
  });
});

/** Answers of kubectl for two pods with VFs. */
const FACTS = `case "$*" in
  'get pods '*) printf 'lab-vf-guest-pf0-1 x-1 containerd://a 0\\nlab-vf-guest-pf0-2 x-2 containerd://b 1\\n' ;;
  'exec lab-vf-guest-pf0-1 '*) echo 'mac: "52:54:00:00:00:01", address: "10.0.0.100/24"' ;;
  'exec '*) echo 'cat: no net1'; exit 1 ;;
esac`;

describe('the scripts of pod-vf', () => {
  const target = clusterTarget('pod-vf', 'pf0');
  const contentOf = (name: string, of: CheckTarget = target): string =>
    findCheck('pod-vf')
      .scripts(of, 'tcg')
      .find(({ path }) => path.endsWith(name))?.content ?? '';

  it('print the facts of the pods that run; without an interface they are empty', async () => {
    const { data } = await runScript(scratch(), target, 'pod-vf-facts.sh', FACTS);
    expect(data).toEqual([
      {
        1: {
          uid: 'x-1',
          container: 'containerd://a',
          restarts: 0,
          mac: '52:54:00:00:00:01',
          address: '10.0.0.100/24',
        },
        2: { uid: 'x-2', container: 'containerd://b', restarts: 1, mac: '', address: '' },
      },
    ]);
  });

  it('create a pod for each VF, and say why one does not start', async () => {
    const answers = `case "$*" in
      create*) cat >manifest ;;
      wait*-1*) : ;;
      wait*) exit 1 ;;
      'get events '*) echo 'FailedCreatePodSandBox: no VF' ;;
    esac`;
    const said = await runScript(scratch(), target, 'pod-vf-begin.sh', answers);
    expect(failedOf(said)).toEqual(['pod 2 is Ready']);
    expect(said.assertions[1]?.diagnostics).toContain('FailedCreatePodSandBox: no VF');
  });

  it('ask for a VF as a resource, or by a claim', () => {
    expect(contentOf('begin.sh')).toContain('resources: { limits: { sriov.lab/pf0: 1 } }');
    expect(contentOf('begin.sh')).not.toContain('ResourceClaimTemplate');
    const claims = contentOf('begin.sh', clusterTarget('pod-vf', 'pf0', { vfs: 'dra' }));
    expect(claims).toContain('kind: ResourceClaimTemplate');
    expect(claims).toContain('resources: { claims: [{ name: vf }] }');
    expect(claims).not.toContain('limits:');
  });

  const full = 'pod 3, for which no VF is left, is Pending: Insufficient sriov.lab/pf0';

  it.each([
    ['Pending: Unschedulable: 0/1 nodes are available: 1 Insufficient sriov.lab/pf0.', []],
    ['Running: ', [full]],
    ['Pending: Unschedulable: 0/1 nodes are available: 1 Insufficient cpu.', [full]],
    ['Pending: SchedulerError: Insufficient sriov.lab/pf0', [full]],
  ])('take %s as they should', async (said, failed) => {
    const answers = `case "$*" in 'get pod '*) printf '%s' '${said}' ;; esac`;
    expect(failedOf(await runScript(scratch(), target, 'pod-vf-full.sh', answers))).toEqual(failed);
  });

  it.each([
    ['1 2 3', []],
    ['1 2', ['pod 1 to control: 10 packets, none lost']],
  ])('judge the replies %s, and count the interfaces', async (replies, failed) => {
    const all = replies === '1 2 3' ? Array.from({ length: 10 }, (_, index) => index) : [0, 1];
    const answers = `printf 'counted eth0 5 6\\ncounted net1 100 200\\n'
      for seq in ${all.join(' ')}; do echo "1408 bytes from 10.0.0.1: seq=$seq ttl=64 time=1 ms"; done
      printf 'counted eth0 7 9\\ncounted net1 1100 3200\\n'`;
    const said = await runScript(scratch(), target, 'pod-vf-to-far-end.sh', answers);
    expect(failedOf(said)).toEqual(failed);
    expect(said.data).toEqual([{ net1: { rx: 1000, tx: 3000 }, eth0: { rx: 2, tx: 3 } }]);
  });

  it('print what the claims say of their pods; without a status it is empty', async () => {
    const answers = `case "$*" in
      'get pods '*) printf 'lab-vf-guest-pf0-1 claim-a\\nlab-vf-guest-pf0-2 claim-b\\n' ;;
      *claim-a*) echo 'net1 52:54:00:00:00:01 10.0.0.100/24' ;;
    esac`;
    const of = clusterTarget('pod-vf', 'pf0', { vfs: 'dra' });
    expect((await runScript(scratch(), of, 'pod-vf-claims.sh', answers)).data).toEqual([
      {
        1: { interface: 'net1', mac: '52:54:00:00:00:01', addresses: '10.0.0.100/24' },
        2: { interface: '', mac: '', addresses: '' },
      },
    ]);
  });

  it('print whom the kubelet has refused, whatever it said', async () => {
    const events = `case "$*" in 'get events '*) printf '%s\\n' 'x-1 Allocate failed: no "healthy" devices\\' ;; esac`;
    expect((await runScript(scratch(), target, 'pod-vf-refused.sh', events)).data).toEqual([
      { 'x-1': 'Allocate failed: no healthy devices' },
    ]);
    expect((await runScript(scratch(), target, 'pod-vf-refused.sh', '')).data).toEqual([]);
  });

  it.each(['device-plugin', 'dra'] as const)('make a StatefulSet of pods with VFs: %s', async (vfs) => {
    const answers = `case "$*" in create*) cat >manifest ;; esac`;
    const of = clusterTarget('pod-vf', 'pf0', { vfs });
    expect(failedOf(await runScript(scratch(), of, 'pod-vf-replaced.sh', answers))).toEqual([]);
    const objects = parseAllDocuments(readFileSync(join(scratch(), 'manifest'), 'utf8')).map(
      (document) => document.toJS() as { kind: string; spec: Record<string, unknown> },
    );
    expect(objects.map(({ kind }) => kind)).toEqual([
      ...(vfs === 'dra' ? ['ResourceClaimTemplate'] : []),
      'StatefulSet',
    ]);
    const wish = vfs === 'dra' ? { claims: [{ name: 'vf' }] } : { limits: { 'sriov.lab/pf0': 1 } };
    expect(objects.at(-1)?.spec).toMatchObject({
      replicas: 2,
      ordinals: { start: 1 },
      template: {
        spec: { nodeSelector: { 'kubernetes.io/hostname': 'guest' }, containers: [{ resources: wish }] },
      },
    });
  });

  it('count what each pod has sent and received', async () => {
    const answers = `printf 'counted eth0 5 6\\ncounted net1 100 200\\n'
      for seq in 0 1 2 3 4 5 6 7 8 9; do echo "1408 bytes from 10.0.0.1: seq=$seq ttl=64 time=1 ms"; done
      printf 'counted eth0 7 9\\ncounted net1 1100 3200\\n'`;
    const said = await runScript(scratch(), target, 'pod-vf-each-to-far-end.sh', answers);
    expect(said.assertions.map(({ title }) => title)).toEqual([
      'pod 1 to control: 10 packets, none lost',
      'pod 2 to control: 10 packets, none lost',
    ]);
    expect(said.data).toHaveLength(2);
  });

  it.each([
    ['true', '', []],
    ['echo Failed to restart', 'Failed', ['containerd and the kubelet restart']],
  ])('restart the services: %s', async (systemctl, _, failed) => {
    expect(failedOf(await runScript(scratch(), target, 'pod-vf-restart.sh', '', { systemctl }))).toEqual(
      failed,
    );
  });

  it.each([
    ['comes back', '', []],
    [
      'has lost a pod',
      "exec*-2*) echo 'pod not found'; exit 1 ;;",
      ['after the restart: the kubelet has pod 2 again'],
    ],
    [
      'is not Ready',
      "wait*node/guest*) echo 'timed out'; exit 1 ;;",
      ['after the restart: the node is Ready'],
    ],
  ])('notice that a node %s, and wait for it no longer than they may', async (_, fault, failed) => {
    const answers = `case "$*" in ${fault} *) : ;; esac`;
    // A clock that is ahead of the real one.
    const date = 'echo . >>ticks; echo $(($(wc -l <ticks) * 50))';
    const said = await runScript(scratch(), target, 'pod-vf-restarted.sh', answers, { date, sleep: ':' });
    expect(failedOf(said)).toEqual(failed);
    expect(said.assertions).toHaveLength(4);
  });

  it.each([
    ['2 packets transmitted, 0 packets received, 100% packet loss', []],
    ['64 bytes from 10.0.0.1: seq=0 ttl=64', ['control, which is on no VLAN, does not hear pod 1']],
    ['ping: sendto: Network is unreachable', ['control, which is on no VLAN, does not hear pod 1']],
  ])('judge the silence: %s', async (said, failed) => {
    const of = clusterTarget('pod-vf', 'pf0', { model: 'igb', vlan: 10 });
    expect(failedOf(await runScript(scratch(), of, 'pod-vf-silent.sh', `echo '${said}'`))).toEqual(failed);
  });

  it('put a namespace of the node onto the VLAN, and say what went wrong', async () => {
    const of = clusterTarget('pod-vf', 'pf0', { model: 'igb', vlan: 10 });
    const onVlan = 'a network namespace of the node is on VLAN 10, behind uplink';
    const ip = (wrong: string): Record<string, string> => ({
      ip: `echo "$*" >>ips; case "$*" in ${wrong}) echo 'Unknown device type.'; exit 1 ;; esac`,
    });
    expect(failedOf(await runScript(scratch(), of, 'pod-vf-vlan.sh', '', ip('nothing')))).toEqual([]);
    expect(readFileSync(join(scratch(), 'ips'), 'utf8')).toContain('name lab-vlan type vlan id 10');
    const said = await runScript(scratch(), of, 'pod-vf-vlan.sh', '', ip("*'type vlan'*"));
    expect(failedOf(said)).toEqual([onVlan]);
    expect(said.assertions[0]?.diagnostics).toContain('got: Unknown device type.');
    const left = await runScript(scratch(), of, 'pod-vf-vlan-end.sh', '', { ip: 'echo lab-vlan' });
    expect(failedOf(left)).toEqual(['the node has no namespace of the check']);
  });

  it('of the end fail when a pod is left', async () => {
    const left = `case "$*" in 'get pods '*) echo pod/lab-vf-guest-pf0-1 ;; esac`;
    expect(failedOf(await runScript(scratch(), target, 'pod-vf-end.sh', left))).toEqual([
      'no pod of the check is left',
    ]);
    expect(failedOf(await runScript(scratch(), target, 'pod-vf-end.sh', ''))).toEqual([]);
  });
});
