import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '../../model/task.js';
import { kernelModule } from '../../toolchain/module-build/kernel-module.js';
import { vpVdpa } from '../../toolchain/module-build/sources.js';
import type { ArtefactBuild, Component } from './component.js';

/** `vp_vdpa`, which Debian's kernels leave out, for the kernel of the image. */
async function buildModule(build: ArtefactBuild, task: Task): Promise<void> {
  const { toolchain, kernelRelease: release, packages, root } = build;
  if (release === null) throw new Error('the base has no kernel');
  const kernel = { ...toolchain.kernel, origin: 'provisioned' as const, release };
  const module = await kernelModule(
    vpVdpa,
    { ...build, toolchain: { ...toolchain, kernel, packages } },
    task,
  );
  if (module === undefined) return;
  const folder = join(root, 'usr/lib/modules', release, 'updates');
  mkdirSync(folder, { recursive: true });
  copyFileSync(module, join(folder, 'vp_vdpa.ko'));
}

/** What makes vDPA devices of virtio functions, and hands them to a QEMU. */
export const vdpa: Component = {
  name: 'vdpa',
  summary: 'iproute2’s vdpa, and the modules vdpa, vhost_vdpa and vp_vdpa',
  families: {
    debian: {
      packages: ['iproute2'],
      script: 'for kernel in /usr/lib/modules/*; do depmod -a "${kernel##*/}"; done\n',
      build: buildModule,
      buildInputs: () => JSON.stringify(vpVdpa),
      perKernel: true,
    },
    rhel: {
      packages: ['iproute', 'kmod'],
      // The kernel's own modules, of which a small image has the most needed alone.
      script: `
for kernel in /usr/lib/modules/*; do
    release=\${kernel##*/}
    modinfo -k "$release" vp_vdpa >/dev/null 2>&1 || dnf -y install "kernel-modules-$release"
done
`,
    },
  },
  verify: `
for module in vdpa vhost_vdpa vp_vdpa; do modprobe "$module"; done
vdpa mgmtdev show
vdpa -V
`,
};
