import type { Component } from './component.js';

/**
 * RHEL's agent refuses to run commands, each release in its own way: EL 8 to 9.3 list what is forbidden (BLACKLIST_RPC, then
 * BLOCK_RPCS), later ones what is allowed (ALLOW_RPCS, in FILTER_RPC_ARGS). SELinux confines what it starts besides.
 */
const ALLOW_COMMANDS = `
conf=/etc/sysconfig/qemu-ga
if [ -e "$conf" ]; then
    sed -i -E 's/^(BLACKLIST_RPC|BLOCK_RPCS|ALLOW_RPCS|FILTER_RPC_ARGS)=.*/\\1=/' "$conf"
fi
if command -v setsebool >/dev/null && [ -e /etc/selinux/config ]; then
    sed -i -E 's/^SELINUX=enforcing/SELINUX=permissive/' /etc/selinux/config
fi
systemctl enable qemu-guest-agent.service
`;

/** How lab reaches a guest: every image has it. */
export const guestAgent: Component = {
  name: 'guest-agent',
  summary: 'QEMU’s guest agent, allowed to run commands: how lab reaches the guest',
  families: {
    debian: {
      packages: ['qemu-guest-agent'],
      files: [{ source: 'guest-agent/tmpfiles.conf', target: '/etc/tmpfiles.d/sriov-lab.conf', mode: 0o644 }],
    },
    rhel: {
      packages: ['qemu-guest-agent'],
      files: [{ source: 'guest-agent/tmpfiles.conf', target: '/etc/tmpfiles.d/sriov-lab.conf', mode: 0o644 }],
      script: ALLOW_COMMANDS,
    },
  },
  verify: `
systemctl is-active --quiet qemu-guest-agent.service
test -d /run/lab
qemu-ga --version
`,
};
