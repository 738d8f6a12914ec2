import type { TopologyFunction, TopologyNic } from '../../results/topology.js';
import { backendLabel, connect } from './connect.js';
import type { Drawing } from './drawing.js';
import type { Box } from './graph.js';

/** With more VFs than these on a NIC, those with like backends share a box and a link. */
const MAX_SINGLE_VFS = 8;
const ETHERNET_MTU = 1500;

/** A NIC's box, and the boxes of its functions by their ids in the lab (`pf0`, `pf0.vf1`). */
export interface DrawnNic {
  readonly box: Box;
  readonly functions: ReadonlyMap<string, string>;
}

function functionLines(nic: TopologyNic, pciFunction: TopologyFunction, drawing: Drawing): string[] {
  const network = pciFunction.segment?.network;
  // A lab on real hardware has no networks of its own.
  const usual = drawing.mtus.get(network ?? '') ?? ETHERNET_MTU;
  const { bdf, mac, address, mtu, model, queues, sriovPf } = pciFunction;
  return [
    bdf,
    ...(mac === null ? [] : [mac]),
    ...(address === null ? [] : [address]),
    ...(mac === null || mtu === usual ? [] : [`MTU ${mtu}`]),
    ...(queues === 1 ? [] : [`${queues} queue pairs`]),
    ...(model === nic.model ? [] : [model]),
    ...(sriovPf === null || sriovPf === nic.pf.id ? [] : [`VF of ${sriovPf}`]),
  ];
}

/** The NIC being drawn. */
class NicDrawing {
  readonly functions = new Map<string, string>();
  #pfBackend: string | undefined;

  constructor(
    private readonly nic: TopologyNic,
    private readonly machine: string,
    private readonly drawing: Drawing,
  ) {}

  single(kind: 'pf' | 'vf', title: string, pciFunction: TopologyFunction): Box {
    const { nic, machine, drawing } = this;
    const id = drawing.ids.take(machine, pciFunction.id);
    this.functions.set(pciFunction.id, id);
    this.#connect(id, [pciFunction]);
    return {
      id,
      kind,
      title,
      lines: functionLines(nic, pciFunction, drawing),
      arrangement: 'column',
      boxes: [],
    };
  }

  group(vfs: readonly TopologyFunction[]): Box {
    const { nic, machine, drawing } = this;
    const id = drawing.ids.take(machine, nic.name, 'vfs');
    this.#connect(id, vfs);
    const names = vfs.map(({ name }) => name);
    const whole = vfs.length === nic.vfs.length;
    return {
      id,
      kind: 'vf-group',
      title: whole ? `${vfs.length} VFs: ${names[0] ?? ''} … ${names.at(-1) ?? ''}` : `${vfs.length} VFs`,
      lines: [],
      arrangement: 'grid',
      boxes: vfs.map((vf) => {
        this.functions.set(vf.id, id);
        return {
          id: drawing.ids.take(machine, vf.id),
          kind: 'vf',
          title: vf.name,
          lines: [...functionLines(nic, vf, drawing), ...compactBackend(vf)],
          arrangement: 'column',
          boxes: [],
        };
      }),
    };
  }

  #connect(id: string, functions: readonly TopologyFunction[]): void {
    const [first] = functions;
    if (first === undefined) return;
    // VFs that share what is behind their PF lead to the PF's own backend.
    if (first !== this.nic.pf && first.backend === null) {
      if (this.#pfBackend !== undefined) this.drawing.links.push({ from: id, to: this.#pfBackend });
      return;
    }
    const backend = connect(id, this.nic, functions, this.drawing);
    if (first === this.nic.pf) this.#pfBackend = backend;
  }
}

/** VFs whose packets leave in the same way, in the order in which the first of each kind stands. */
function alike(vfs: readonly TopologyFunction[]): TopologyFunction[][] {
  const groups = new Map<string, TopologyFunction[]>();
  for (const vf of vfs) {
    const label = vf.backend === null ? undefined : backendLabel(vf.backend);
    const key = JSON.stringify([label?.title, label?.network, label?.common]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [vf]);
    else group.push(vf);
  }
  return [...groups.values()];
}

function compactBackend({ backend }: TopologyFunction): string[] {
  if (backend === null) return [];
  const { title, lines, of, network } = backendLabel(backend);
  if (of !== null) return [`${title} ${of}`];
  return network === null ? [] : [`${title} ${lines[0] ?? ''}`.trim()];
}

function pfTitle({ pf, vfs, siblings }: TopologyNic): string {
  return vfs.length === 0 || siblings.length > 0 ? `function ${pf.name}` : `PF ${pf.name}`;
}

/** The PCI buses that the functions of a NIC are on, as a guest numbers them. */
function busNumbers(nic: TopologyNic): string {
  const numbers = [nic.pf, ...nic.vfs, ...nic.siblings].map(({ bdf }) =>
    bdf.slice('0000:'.length, '0000:00'.length),
  );
  return [...new Set(numbers)].sort().join(', ');
}

/** A NIC with its functions. Their backends and links are added to the drawing. */
export function drawNic(nic: TopologyNic, machine: string, drawing: Drawing): DrawnNic {
  const drawn = new NicDrawing(nic, machine, drawing);
  const pf = drawn.single('pf', pfTitle(nic), nic.pf);
  const siblings = nic.siblings.map((one) => drawn.single('vf', `function ${one.name}`, one));
  const vfs =
    nic.vfs.length > MAX_SINGLE_VFS
      ? alike(nic.vfs).map((group) => drawn.group(group))
      : nic.vfs.map((vf) => drawn.single('vf', `VF ${vf.name}`, vf));
  return {
    functions: drawn.functions,
    box: {
      id: drawing.ids.take('nic', machine, nic.name),
      kind: 'nic',
      title: `${nic.sizeMiB === null ? 'NIC' : 'device'} ${nic.name}`,
      lines: [`${nic.model}, PCI bus ${busNumbers(nic)}`],
      arrangement: 'column',
      boxes: [pf, ...siblings, ...vfs],
    },
  };
}
