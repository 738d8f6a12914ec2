import type { Component } from './component.js';

/** For machines inside the machine. */
export const qemu: Component = {
  name: 'qemu',
  summary: 'QEMU with composable SR-IOV, for machines inside the machine',
  families: { debian: { packages: ['qemu-system-x86', 'qemu-utils', 'seabios'] } },
  verify: `
qemu-system-x86_64 -device virtio-net-pci,help | grep -q sriov-pf
qemu-system-x86_64 --version | head -n 1
`,
};
