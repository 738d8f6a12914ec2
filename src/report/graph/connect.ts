import type { TopologyBackend, TopologyFunction, TopologyNic } from '../../results/topology.js';
import type { Drawing } from './drawing.js';
import type { Box } from './graph.js';

interface BackendLabel {
  readonly title: string;
  readonly lines: readonly string[];
  /** The lines that a box for many of them shows. */
  readonly common: readonly string[];
  /** The network of the lab that it leads to; null when it leads to no network of the lab. */
  readonly network: string | null;
  /** The function of the surrounding machine that it is made from; null when it is made from none. */
  readonly of: string | null;
}

export function backendLabel(backend: TopologyBackend): BackendLabel {
  switch (backend.type) {
    case 'user':
      return { title: 'user', lines: ['QEMU’s own network'], common: [], network: null, of: null };
    case 'tap': {
      const { ifname, network, vlan } = backend;
      const common = vlan === null ? [] : [`VLAN ${vlan}`];
      return { title: 'tap', lines: [ifname, ...common], common, network, of: null };
    }
    case 'vdpa': {
      const { device, of } = backend;
      return { title: 'vDPA', lines: of === null ? [device] : [], common: [], network: null, of };
    }
  }
}

function addBackend(
  from: string,
  box: Omit<Box, 'id' | 'kind' | 'arrangement' | 'boxes'>,
  drawing: Drawing,
): string {
  const id = drawing.ids.take('backend', from);
  drawing.backends.push({ id, kind: 'backend', arrangement: 'column', boxes: [], ...box });
  drawing.links.push({ from, to: id });
  return id;
}

/** Draws the backends of functions that leave in the same way as one box, and links it. Returns its id. */
export function connect(
  from: string,
  nic: TopologyNic,
  functions: readonly TopologyFunction[],
  drawing: Drawing,
): string | undefined {
  const [first] = functions;
  if (first?.backend === undefined) return undefined;
  if (first.backend === null) return nic.sizeMiB === null ? undefined : addDrive(from, nic, drawing);
  const { title, lines, common, network, of } = backendLabel(first.backend);
  const many = functions.length > 1;
  const id = addBackend(
    from,
    many
      ? { title: `${functions.length} × ${title}`, lines: ['one for each VF', ...common] }
      : { title, lines },
    drawing,
  );
  const targets = [
    network === null ? undefined : drawing.networks.get(network)?.id,
    of === null ? undefined : drawing.outerFunctions.get(of),
  ];
  for (const to of targets) if (to !== undefined) drawing.links.push({ from: id, to });
  return id;
}

function addDrive(from: string, { sizeMiB }: TopologyNic, drawing: Drawing): string {
  return addBackend(from, { title: 'drive', lines: [`${sizeMiB ?? 0} MiB`] }, drawing);
}
