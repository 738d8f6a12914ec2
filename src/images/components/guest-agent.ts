import type { Component } from './component.js';

const folder = {
  source: 'guest-agent/tmpfiles.conf',
  target: '/etc/tmpfiles.d/sriov-lab.conf',
  mode: 0o644,
};

/** How lab reaches a guest: every image has it. */
export const guestAgent: Component = {
  name: 'guest-agent',
  summary: 'QEMU’s guest agent, allowed to run commands: how lab reaches the guest',
  families: {
    debian: {
      packages: ['qemu-guest-agent'],
      files: [folder],
    },
    rhel: {
      packages: ['qemu-guest-agent'],
      files: [
        folder,
        {
          source: 'guest-agent/any-command.conf',
          target: '/etc/systemd/system/qemu-guest-agent.service.d/any-command.conf',
          mode: 0o644,
        },
        {
          source: 'guest-agent/any-command.cil',
          target: '/usr/share/sriov-lab/any-command.cil',
          mode: 0o644,
        },
      ],
      script: `
systemctl enable qemu-guest-agent.service
# Where SELinux has a policy, it confines the agent.
if [ -d "/var/lib/selinux/\${SELINUXTYPE:-targeted}/active" ] && command -v semodule >/dev/null; then
    semodule -n -i /usr/share/sriov-lab/any-command.cil
fi
`,
    },
  },
  verify: `
systemctl is-active --quiet qemu-guest-agent.service
test -d /run/lab
qemu-ga --version
`,
};
