import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECK_LIMIT_MS, TestCluster, UP_LIMIT_MS } from './support/cluster.js';

// One cluster for all tests about it: each takes something from it, and gives it back.

const tags = { tags: 'thorough', timeout: CHECK_LIMIT_MS };
const WITHOUT_REBOOT = 'checks=[cluster, pod-vf: { reboot: off }, pod-network]';

function useCluster(cluster: TestCluster): TestCluster {
  beforeAll(async () => {
    await cluster.up();
  }, UP_LIMIT_MS);
  afterAll(async () => {
    await cluster.sandbox.dispose();
  });
  return cluster;
}

describe('k8s', () => {
  const k8s = useCluster(new TestCluster('k8s'));

  /** What kubectl waits for until the node advertises so many VFs. */
  const allocatable = (count: number): string[] => [
    'wait',
    `--for=jsonpath={.status.allocatable.sriov\\.lab/pf0}=${count}`,
    'node/guest',
    '--timeout=180s',
  ];
  const ADVERTISES = /^guest advertises exactly its VFs/;

  test('cluster fails when the node advertises one VF too few', tags, async () => {
    await k8s.inNode(
      'vf=$(basename "$(readlink /sys/bus/pci/devices/*/virtfn0)"); echo "$vf" >/sys/bus/pci/drivers/virtio-pci/unbind',
    );
    try {
      await k8s.kubectl(...allocatable(1));
      expect(await k8s.failuresOf('cluster')).toEqual([expect.stringMatching(ADVERTISES)]);
    } finally {
      await k8s.inNode(
        'vf=$(basename "$(readlink /sys/bus/pci/devices/*/virtfn0)"); echo "$vf" >/sys/bus/pci/drivers_probe',
      );
      await k8s.kubectl(...allocatable(2));
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
    await k8s.kubectl(...patch('1'));
    try {
      expect(await k8s.failuresOf('cluster')).toEqual([expect.stringMatching(ADVERTISES)]);
    } finally {
      await k8s.kubectl(...patch(null));
    }
  });

  test('pod-vf fails when the VFs are on no network', tags, async () => {
    const { sandbox } = k8s;
    const taps = ['guest-pf0.vf0', 'guest-pf0.vf1'];
    const bridge =
      (await sandbox.inNamespace(['ip', '-brief', 'link', 'show', 'type', 'bridge'])).split(' ')[0] ?? '';
    for (const tap of taps) await sandbox.inNamespace(['ip', 'link', 'set', tap, 'nomaster']);
    try {
      const failed = await k8s.failuresOf('pod-vf', WITHOUT_REBOOT);
      expect(failed).toContainEqual(expect.stringMatching(/^pod 1 to .*: 10 packets, none lost$/));
      expect(failed).not.toContain('pod 1: net1 has the MAC of a VF of the lab');
    } finally {
      for (const tap of taps) await sandbox.inNamespace(['ip', 'link', 'set', tap, 'master', bridge]);
    }
  });

  const conflist = '/etc/cni/net.d/10-lab.conflist';
  const withoutVfs = `sed -i '/vf-attach/d; s/^    },$/    }/' ${conflist}`;

  test('pod-vf fails when pods become Ready without their VFs', tags, async () => {
    await k8s.inNode(`cp ${conflist} /root/conflist; ${withoutVfs}`);
    try {
      const failed = await k8s.failuresOf('pod-vf', WITHOUT_REBOOT);
      expect(failed).toContain('pod 1: net1 has the MAC of a VF of the lab');
      expect(failed).toContain('pod 2: net1 has an address of the pool');
    } finally {
      await k8s.inNode(`mv /root/conflist ${conflist}`);
    }
  });

  test('pod-vf fails when pods have no VFs after a reboot, and for nothing before it', tags, async () => {
    const unit = '/etc/systemd/system/sriov-lab-node.service.d';
    // What a boot does to the node, and a restart of its services does not.
    await k8s.inNode(`cp ${conflist} /root/conflist
      printf '%s\\n' '#!/bin/sh' "${withoutVfs}" >/root/after-boot
      mkdir -p ${unit}
      printf '[Service]\\nExecStartPost=/bin/sh /root/after-boot\\n' >${unit}/ablation.conf`);
    try {
      const failed = await k8s.failuresOf('pod-vf');
      expect(failed).toContain('after the reboot: pod 1: net1 has the MAC of a VF of the lab');
      expect(failed).toContain('after the reboot: pod 2: net1 has an address of the pool');
      expect(failed.filter((title) => !title.startsWith('after the reboot: '))).toEqual([]);
    } finally {
      await k8s.inNode(`rm -r ${unit} /root/after-boot; mv /root/conflist ${conflist}`);
    }
  });

  test('pod-network fails when the node does not masquerade', tags, async () => {
    await k8s.inNode('nft list table ip sriov_lab >/root/nat; nft delete table ip sriov_lab');
    try {
      const failed = await k8s.failuresOf('pod-network');
      expect(failed).toContainEqual(expect.stringMatching(/^pod 1 to .*: 10 packets, none lost$/));
      expect(failed).toContainEqual(expect.stringMatching(/sees pod 1 under the node’s address$/));
      expect(failed).not.toContainEqual(
        expect.stringMatching(/^pod 1 to pod 2 on the same node: 10 packets/),
      );
    } finally {
      await k8s.inNode('nft -f /root/nat');
    }
  });

  // The last one: the node keeps what it was not told to give back.
  test('pod-vf fails when VFs are not given back', tags, async () => {
    const plugin = '/opt/cni/bin/vf-attach';
    await k8s.inNode(`mv ${plugin} ${plugin}.real
      printf '#!/bin/sh\\n[ "$CNI_COMMAND" != DEL ] || exit 0\\nexec ${plugin}.real\\n' >${plugin}
      chmod +x ${plugin}`);
    try {
      const failed = await k8s.failuresOf('pod-vf');
      expect(failed).toContainEqual(expect.stringMatching(/^all pods deleted: vf\d is back in the node/));
      expect(failed).not.toContainEqual(expect.stringMatching(/^after the reboot/));
    } finally {
      await k8s.inNode(`mv ${plugin}.real ${plugin}`);
    }
  });
});

describe('k8s with DRA', () => {
  const dra = useCluster(new TestCluster('k8s', ['kubernetes.vfs=dra']));
  const name = 'no-devices';
  const admissionregistration = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name } };
  const status = {
    apiGroups: ['resource.k8s.io'],
    apiVersions: ['v1'],
    operations: ['UPDATE'],
    resources: ['resourceclaims/status'],
  };
  /** The API server takes a claim's status, but not what a driver tells of its devices. */
  const policy = [
    {
      ...admissionregistration,
      kind: 'ValidatingAdmissionPolicy',
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: [status] },
        validations: [{ expression: '!has(object.status) || !has(object.status.devices)' }],
      },
    },
    {
      ...admissionregistration,
      kind: 'ValidatingAdmissionPolicyBinding',
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ];

  test('pod-vf fails when the driver cannot tell what a pod has got', tags, async () => {
    await dra.objects('apply', policy);
    try {
      expect(await dra.failuresOf('pod-vf', WITHOUT_REBOOT)).toEqual([
        'pod 1: the status of its claim names net1, its MAC and its address',
        'pod 2: the status of its claim names net1, its MAC and its address',
      ]);
    } finally {
      await dra.objects('delete', policy);
    }
  });
});

describe('k8s-igb', () => {
  const igb = useCluster(new TestCluster('k8s-igb'));

  test('pod-vf fails when the plugin sets no VLAN', tags, async () => {
    const plugin = '/opt/cni/bin/sriov';
    await igb.inNode(`mv ${plugin} ${plugin}.real
      printf '#!/bin/sh\\nsed s/,.vlan.:10// | exec ${plugin}.real\\n' >${plugin}
      chmod +x ${plugin}`);
    try {
      const failed = await igb.failuresOf('pod-vf', WITHOUT_REBOOT);
      expect(failed).toContain('pod 1 to VLAN 10: 10 packets, none lost');
      expect(failed).toContain('server, which is on no VLAN, does not hear pod 1');
      expect(failed).not.toContain('pod 1: net1 has the MAC of a VF of the lab');
    } finally {
      await igb.inNode(`mv ${plugin}.real ${plugin}`);
    }
  });
});
