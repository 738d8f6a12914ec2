import type { Component } from './component.js';

/** For people, on labs whose networks reach the guest. Nobody can log in before a key is put into /root/.ssh. */
export const ssh: Component = {
  name: 'ssh',
  summary: 'OpenSSH’s server, with host keys of each guest’s own',
  families: {
    debian: {
      packages: ['openssh-server'],
      files: [
        {
          source: 'ssh/host-keys.conf',
          target: '/etc/systemd/system/ssh.service.d/host-keys.conf',
          mode: 0o644,
        },
      ],
      // Listening costs nothing at boot; the server starts with the first connection.
      script: `
rm -f /etc/ssh/ssh_host_*
systemctl disable ssh.service sshd-keygen.service || true
systemctl enable ssh.socket
`,
    },
  },
  verify: `
tries=50
until [ -n "$(ssh-keyscan -T 20 127.0.0.1 2>/dev/null)" ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ]
    sleep 0.2
done
ssh -V 2>&1
`,
};
