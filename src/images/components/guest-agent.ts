import type { Component } from './component.js';

/** How lab reaches a guest: every image has it. */
export const guestAgent: Component = {
  name: 'guest-agent',
  summary: 'QEMU’s guest agent, allowed to run commands: how lab reaches the guest',
  families: {
    debian: {
      packages: ['qemu-guest-agent'],
      files: [{ source: 'guest-agent/tmpfiles.conf', target: '/etc/tmpfiles.d/sriov-lab.conf', mode: 0o644 }],
    },
  },
  verify: `
systemctl is-active --quiet qemu-guest-agent.service
test -d /run/lab
qemu-ga --version
`,
};
