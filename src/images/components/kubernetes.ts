import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Task } from '../../model/task.js';
import { pinnedVersion } from '../../toolchain/kubernetes/module-version.js';
import {
  kubernetesPrograms,
  nodeDigest,
  type KubernetesPrograms,
} from '../../toolchain/kubernetes/programs.js';
import type { BuildContext } from '../build-context.js';
import { busyboxArchive } from './busybox-archive.js';
import type { ArtefactBuild, Component, FamilyRecipe } from './component.js';

/** Where each program is in the image. */
const PROGRAMS: Readonly<Record<string, string>> = {
  kubelet: 'usr/bin/kubelet',
  'vf-attach': 'opt/cni/bin/vf-attach',
  'vf-device-plugin': 'usr/libexec/sriov-lab/vf-device-plugin',
  'vf-dra': 'usr/libexec/sriov-lab/vf-dra',
};

/** Raised when busyboxArchive makes another archive of the same busybox. */
const BUSYBOX_FORMAT = 1;
const BUSYBOX = 'usr/share/sriov-lab/busybox.tar';

/** The programs of a version, or the user's own. */
export async function programsOf(
  version: string,
  { environment, mirror, toolchain }: BuildContext,
  task: Task,
): Promise<KubernetesPrograms> {
  return kubernetesPrograms({ environment, mirror, version, given: toolchain.kubernetes }, task);
}

async function install(build: ArtefactBuild, task: Task): Promise<void> {
  const { version, root, toolchain } = build;
  const programs = await programsOf(version, build, task);
  for (const [name, path] of Object.entries(PROGRAMS)) {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(programs.folder, name), target);
    chmodSync(target, 0o755);
  }
  const archive = join(root, BUSYBOX);
  mkdirSync(dirname(archive), { recursive: true });
  writeFileSync(archive, await busyboxArchive(toolchain.tree));
}

const recipe: FamilyRecipe = {
  packages: ['nftables'],
  files: [
    { source: 'kubernetes-image/modules.conf', target: '/etc/modules-load.d/kubernetes.conf', mode: 0o644 },
    { source: 'kubernetes-image/tmpfiles.conf', target: '/etc/tmpfiles.d/kubernetes.conf', mode: 0o644 },
  ],
  prepare: async (version, context, task) => {
    await programsOf(version, context, task);
  },
  build: install,
  buildInputs: (version, { kubernetes: given }) => `${nodeDigest(version, given)} ${BUSYBOX_FORMAT}`,
};

/** What makes a machine a node. What it is a node of, the lab writes when it comes up: no unit and no configuration is here. */
export const kubernetes: Component = {
  name: 'kubernetes',
  summary:
    'kubelet, lab’s device plugin, CNI plugin and DRA driver for VFs, and busybox as a container image',
  version: pinnedVersion,
  families: { debian: recipe, rhel: recipe },
  verify: `
for module in overlay br_netfilter nft_masq nft_chain_nat; do modprobe "$module"; done
nft list ruleset >/dev/null
test -f /etc/resolv.conf
echo '{"cniVersion":"1.0.0"}' | CNI_COMMAND=VERSION /opt/cni/bin/vf-attach | grep -q '"1.0.0"'
/usr/libexec/sriov-lab/vf-device-plugin --version
/usr/libexec/sriov-lab/vf-dra --version
systemctl start containerd.service
ctr -n verify images import /usr/share/sriov-lab/busybox.tar
ctr -n verify run --rm docker.io/lab/busybox:1 verify /bin/sh -c 'ip -V; nc --help 2>&1 | head -n 1'
ctr -n verify images rm docker.io/lab/busybox:1
systemctl stop containerd.service
kubelet --version
`,
};
