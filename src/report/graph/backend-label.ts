import type { Backend } from '../../model/lab.js';

interface BackendLabel {
  readonly title: string;
  readonly lines: readonly string[];
  /** What a box for many of them has in common. */
  readonly common: readonly string[];
  /** The name of the network that it leads to; null when it leads to none of the lab's. */
  readonly network: string | null;
  /** The function, of the machine around, that it is made of; null when there is none. */
  readonly of: string | null;
}

type Labels = { readonly [T in Backend['type']]: (backend: Extract<Backend, { type: T }>) => BackendLabel };

const labels: Labels = {
  user: () => ({ title: 'user', lines: ['QEMU’s own network'], common: [], network: null, of: null }),
  tap: ({ ifname, network, vlan }) => {
    const common = vlan === null ? [] : [`VLAN ${vlan}`];
    return { title: 'tap', lines: [ifname, ...common], common, network, of: null };
  },
  vdpa: ({ device, of }) => ({
    title: 'vDPA',
    lines: of === null ? [device] : [],
    common: [],
    network: null,
    of,
  }),
};

export function backendLabel(backend: Backend): BackendLabel {
  return labels[backend.type](backend as never);
}
