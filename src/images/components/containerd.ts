import type { Component } from './component.js';

/** A container runtime. It starts when it is asked for: `systemctl start containerd`. */
export const containerd: Component = {
  name: 'containerd',
  summary: 'containerd and runc',
  families: {
    debian: {
      packages: ['containerd', 'runc'],
      script: 'systemctl disable containerd.service\n',
    },
    // Rocky's own repositories have none; Docker's, which Docker signs, does.
    rhel: {
      packages: ['containerd.io'],
      files: [
        {
          source: 'containerd/docker-ce.repo',
          target: '/etc/yum.repos.d/docker-ce.repo',
          mode: 0o644,
        },
      ],
      script: 'systemctl disable containerd.service\n',
    },
  },
  verify: `
systemctl start containerd.service
ctr plugins list >/dev/null
runc --version | head -n 1
systemctl stop containerd.service
containerd --version
`,
};
