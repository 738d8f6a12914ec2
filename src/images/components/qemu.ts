import { copyQemu } from '../hypervisor/qemu-addition.js';
import { locateQemu } from '../hypervisor/locate-qemu.js';
import type { Component } from './component.js';

/** For machines inside the machine. */
export const qemu: Component = {
  name: 'qemu',
  summary: 'QEMU with composable SR-IOV, for machines inside the machine',
  families: {
    debian: { packages: ['qemu-system-x86', 'qemu-utils', 'seabios'] },
    // No release of it has composable SR-IOV in its QEMU: the one that lab runs machines with, with its libraries.
    rhel: {
      packages: [],
      build: async ({ toolchain, root }) => {
        copyQemu(await locateQemu(toolchain.qemu), root);
      },
      buildInputs: () => 'QEMU of the toolchain',
    },
  },
  verify: `
qemu-system-x86_64 -device virtio-net-pci,help | grep -q sriov-pf
qemu-system-x86_64 --version | head -n 1
`,
};
