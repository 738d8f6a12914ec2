import type { Network, Nic, NicFunction } from '../../model/lab.js';
import { backendLabel } from './backend-label.js';
import type { Box, Link } from './graph.js';
import type { Ids } from './ids.js';

/** With more VFs than these on a NIC, those with like backends share a box and a link. */
const MAX_SINGLE_VFS = 8;
const ETHERNET_MTU = 1500;

/** What the drawing of functions adds to, and looks up. */
export interface Drawing {
  readonly ids: Ids;
  readonly networks: ReadonlyMap<string, { readonly network: Network; readonly id: string }>;
  /** The backends of the place whose machines are being drawn. */
  readonly backends: Box[];
  readonly links: Link[];
}

function functionLines(pciFunction: NicFunction, drawing: Drawing): string[] {
  const { network } = backendLabel(pciFunction.backend);
  const usual = network === null ? ETHERNET_MTU : drawing.networks.get(network)?.network.mtu;
  return [
    pciFunction.bdf,
    ...(pciFunction.mac === null ? [] : [pciFunction.mac]),
    ...(pciFunction.address === null ? [] : [pciFunction.address]),
    ...(pciFunction.mtu === usual ? [] : [`MTU ${pciFunction.mtu}`]),
  ];
}

/** Draws the backends of functions as one box and links them. */
function connect(from: string, functions: readonly NicFunction[], drawing: Drawing): void {
  const [first] = functions;
  if (first === undefined || first.backend === null) return;
  const { title, lines, network } = backendLabel(first.backend);
  const id = drawing.ids.take('backend', from);
  const many = functions.length > 1;
  drawing.backends.push({
    id,
    kind: 'backend',
    title: many ? `${functions.length} × ${title}` : title,
    lines: many ? ['one for each VF'] : lines,
    arrangement: 'column',
    boxes: [],
  });
  drawing.links.push({ from, to: id });
  const target = network === null ? undefined : drawing.networks.get(network);
  if (target !== undefined) drawing.links.push({ from: id, to: target.id });
}

function shortName(nic: Nic, { id }: NicFunction): string {
  return id.startsWith(`${nic.name}.`) ? id.slice(nic.name.length + 1) : id;
}

function singleBox(
  kind: 'pf' | 'vf',
  title: string,
  pciFunction: NicFunction,
  machine: string,
  drawing: Drawing,
): Box {
  const id = drawing.ids.take(machine, pciFunction.id);
  connect(id, [pciFunction], drawing);
  return { id, kind, title, lines: functionLines(pciFunction, drawing), arrangement: 'column', boxes: [] };
}

/** VFs whose packets leave in the same way, in the order in which the first of each kind stands. */
function alike(vfs: readonly NicFunction[]): NicFunction[][] {
  const groups = new Map<string, NicFunction[]>();
  for (const vf of vfs) {
    const { title, network } = backendLabel(vf.backend);
    const key = JSON.stringify([title, network]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [vf]);
    else group.push(vf);
  }
  return [...groups.values()];
}

function groupBox(nic: Nic, vfs: readonly NicFunction[], machine: string, drawing: Drawing): Box {
  const id = drawing.ids.take(machine, nic.name, 'vfs');
  connect(id, vfs, drawing);
  const names = vfs.map((vf) => shortName(nic, vf));
  const whole = vfs.length === nic.vfs.length;
  return {
    id,
    kind: 'vf-group',
    title: whole ? `${vfs.length} VFs: ${names[0] ?? ''} … ${names.at(-1) ?? ''}` : `${vfs.length} VFs`,
    lines: [],
    arrangement: 'grid',
    boxes: vfs.map((vf, index) => ({
      id: drawing.ids.take(machine, vf.id),
      kind: 'vf',
      title: names[index] ?? vf.id,
      lines: [...functionLines(vf, drawing), ...compactBackend(vf)],
      arrangement: 'column',
      boxes: [],
    })),
  };
}

function compactBackend({ backend }: NicFunction): string[] {
  const { title, lines, network } = backendLabel(backend);
  return network === null ? [] : [`${title} ${lines[0] ?? ''}`.trim()];
}

/** A NIC with its functions. Their backends and links are added to the drawing. */
export function nicBox(nic: Nic, machine: string, drawing: Drawing): Box {
  const bus = nic.pf.bdf.slice('0000:'.length, '0000:00'.length);
  const pfTitle = nic.vfs.length === 0 ? `function ${nic.pf.id}` : `PF ${nic.pf.id}`;
  const pf = singleBox('pf', pfTitle, nic.pf, machine, drawing);
  const vfs =
    nic.vfs.length > MAX_SINGLE_VFS
      ? alike(nic.vfs).map((group) => groupBox(nic, group, machine, drawing))
      : nic.vfs.map((vf) => singleBox('vf', `VF ${shortName(nic, vf)}`, vf, machine, drawing));
  return {
    id: drawing.ids.take('nic', machine, nic.name),
    kind: 'nic',
    title: `NIC ${nic.name}`,
    lines: [`${nic.model}, PCI bus ${bus}`],
    arrangement: 'column',
    boxes: [pf, ...vfs],
  };
}
