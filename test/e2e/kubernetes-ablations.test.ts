import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sandbox } from './support/sandbox.js';
import { parseReport } from './support/tap.js';

// One cluster for all: each test takes something from it, and gives it back.
const LAB = 'k8s';
/** The first build of Kubernetes is in it. */
const UP_LIMIT_MS = 4_500_000;
const CHECK_LIMIT_MS = 1_200_000;

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = new Sandbox();
  const { exitCode, stderr } = await sandbox.startFor(UP_LIMIT_MS, 'up', LAB);
  expect(exitCode, stderr).toBe(0);
}, UP_LIMIT_MS);

afterAll(async () => {
  await sandbox.dispose();
});

/** Runs a shell script in the node. */
async function inNode(script: string): Promise<void> {
  const { exitCode, stderr } = await sandbox.lab('exec', LAB, 'guest', '--', 'sh', '-ec', script);
  expect(exitCode, stderr).toBe(0);
}

/** Runs kubectl, which must succeed. */
async function kubectl(...args: string[]): Promise<void> {
  const { exitCode, stderr } = await sandbox.lab('kubectl', LAB, '--', ...args);
  expect(exitCode, stderr).toBe(0);
}

/** Runs a check of the cluster, which must fail, and returns the titles of what failed. */
async function failuresOf(check: string): Promise<string[]> {
  const { exitCode, stdout, stderr } = await sandbox.startFor(CHECK_LIMIT_MS, 'test', LAB, '--check', check);
  expect(exitCode, stderr).toBe(1);
  return parseReport(stdout).checks.get(check)?.failed ?? [];
}

/** What kubectl waits for until the node advertises so many VFs. */
const allocatable = (count: number): string[] => [
  'wait',
  `--for=jsonpath={.status.allocatable.sriov\\.lab/pf0}=${count}`,
  'node/guest',
  '--timeout=180s',
];

const tags = { tags: 'thorough', timeout: CHECK_LIMIT_MS };
const ADVERTISES = /^guest advertises exactly its VFs/;

test('cluster fails when the node advertises one VF too few', tags, async () => {
  await inNode(
    'vf=$(basename "$(readlink /sys/bus/pci/devices/*/virtfn0)"); echo "$vf" >/sys/bus/pci/drivers/virtio-pci/unbind',
  );
  try {
    await kubectl(...allocatable(1));
    expect(await failuresOf('cluster')).toEqual([expect.stringMatching(ADVERTISES)]);
  } finally {
    await inNode(
      'vf=$(basename "$(readlink /sys/bus/pci/devices/*/virtfn0)"); echo "$vf" >/sys/bus/pci/drivers_probe',
    );
    await kubectl(...allocatable(2));
  }
});

test('cluster fails when the node advertises something that is no VF of the lab', tags, async () => {
  const patch = (value: string | null): string[] => [
    'patch',
    'node',
    'guest',
    '--subresource=status',
    '--type=merge',
    '-p',
    JSON.stringify({
      status: { capacity: { 'sriov.lab/other': value }, allocatable: { 'sriov.lab/other': value } },
    }),
  ];
  await kubectl(...patch('1'));
  try {
    expect(await failuresOf('cluster')).toEqual([expect.stringMatching(ADVERTISES)]);
  } finally {
    await kubectl(...patch(null));
  }
});

test('pod-vf fails when the VFs are on no network', tags, async () => {
  const taps = ['guest-pf0.vf0', 'guest-pf0.vf1'];
  const bridge =
    (await sandbox.inNamespace(['ip', '-brief', 'link', 'show', 'type', 'bridge'])).split(' ')[0] ?? '';
  for (const tap of taps) await sandbox.inNamespace(['ip', 'link', 'set', tap, 'nomaster']);
  try {
    const failed = await failuresOf('pod-vf');
    expect(failed).toContainEqual(expect.stringMatching(/^pod 1 to .*: 10 packets, none lost$/));
    expect(failed).not.toContain('pod 1: net1 has the MAC of a VF of the lab');
  } finally {
    for (const tap of taps) await sandbox.inNamespace(['ip', 'link', 'set', tap, 'master', bridge]);
  }
});

test('pod-vf fails when pods become Ready without their VFs', tags, async () => {
  const conflist = '/etc/cni/net.d/10-lab.conflist';
  await inNode(`cp ${conflist} /root/conflist; sed -i '/vf-attach/d; s/^    },$/    }/' ${conflist}`);
  try {
    const failed = await failuresOf('pod-vf');
    expect(failed).toContain('pod 1: net1 has the MAC of a VF of the lab');
    expect(failed).toContain('pod 2: net1 has an address of the pool');
  } finally {
    await inNode(`mv /root/conflist ${conflist}`);
  }
});

test('pod-vf fails when VFs are not given back', tags, async () => {
  const plugin = '/opt/cni/bin/vf-attach';
  await inNode(`mv ${plugin} ${plugin}.real
    printf '#!/bin/sh\\n[ "$CNI_COMMAND" != DEL ] || exit 0\\nexec ${plugin}.real\\n' >${plugin}
    chmod +x ${plugin}`);
  try {
    const failed = await failuresOf('pod-vf');
    expect(failed).toContainEqual(expect.stringMatching(/^all pods deleted: vf\d is back in the node/));
  } finally {
    await inNode(`mv ${plugin}.real ${plugin}`);
  }
});

test('pod-network fails when the node does not masquerade', tags, async () => {
  await inNode('nft list table ip sriov_lab >/root/nat; nft delete table ip sriov_lab');
  try {
    const failed = await failuresOf('pod-network');
    expect(failed).toContainEqual(expect.stringMatching(/^pod 1 to .*: 10 packets, none lost$/));
    expect(failed).toContainEqual(expect.stringMatching(/sees pod 1 under the node’s address$/));
    expect(failed).not.toContainEqual(expect.stringMatching(/^pod 1 to pod 2 on the same node: 10 packets/));
  } finally {
    await inNode('nft -f /root/nat');
  }
});
