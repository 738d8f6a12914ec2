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
  },
  verify: `
systemctl start containerd.service
ctr plugins list >/dev/null
runc --version | head -n 1
systemctl stop containerd.service
containerd --version
`,
};
