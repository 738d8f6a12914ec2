import type { Backend } from '../../model/lab.js';

interface BackendLabel {
  readonly title: string;
  readonly lines: readonly string[];
  /** The name of the network that it leads to; null when it leads to none of the lab's. */
  readonly network: string | null;
}

type Labels = { readonly [T in Backend['type']]: (backend: Extract<Backend, { type: T }>) => BackendLabel };

const labels: Labels = {
  user: () => ({ title: 'user', lines: ['QEMU’s own network'], network: null }),
  vdpa: ({ device, of }) => ({ title: 'vDPA', lines: [of ?? device], network: null }),
  tap: ({ ifname, network }) => ({ title: 'tap', lines: [ifname], network }),
};

/** What a backend is called in a picture; a function without one of its own leads nowhere by itself. */
export function backendLabel(backend: Backend | null): BackendLabel {
  if (backend === null) return { title: '', lines: [], network: null };
  return labels[backend.type](backend as never);
}
