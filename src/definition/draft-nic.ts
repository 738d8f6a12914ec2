import { DEFAULT_NIC_MODEL } from '../devices/catalog.js';
import { DEFAULT_ORDER, DEFAULT_QUEUES, DEFAULT_STORAGE, DEFAULT_VHOST } from './defaults.js';
import type { DraftBackend, DraftFunction, DraftNic } from './draft.js';
import type { Path } from './path.js';
import type { BackendFile, FunctionFile, FunctionsFile, NicFile } from './shape-nic.js';
import { sizeMiB } from './units.js';

/** The settings of a part that are written. */
export function writtenKeys(part: object): string[] {
  return Object.entries(part).flatMap(([key, value]) => (value === undefined ? [] : [key]));
}

/** A backend that is written at `path`. */
export function draftBackend(written: BackendFile, path: Path): DraftBackend {
  if (written === 'user' || 'user' in written) return { type: 'user', path };
  if ('tap' in written) {
    const { tap: network, vlan = null, vhost = DEFAULT_VHOST } = written;
    return { type: 'tap', network, vlan, vhost, path };
  }
  const { vdpa } = written;
  const isDevice = vdpa.startsWith('/');
  return { type: 'vdpa', of: isDevice ? null : vdpa, device: isDevice ? vdpa : null, path };
}

interface Listed {
  readonly name: string;
  readonly written: FunctionFile;
  /** Below the NIC; empty for a function that is only counted. */
  readonly below: Path;
}

/** Functions whichever of the three ways of writing them was chosen: `vf0`, `vf1`, or by their names. */
function listFunctions(functions: FunctionsFile, key: string, prefix: string): Listed[] {
  if (typeof functions === 'number')
    return Array.from({ length: functions }, (_, index) => ({
      name: `${prefix}${index}`,
      written: {},
      below: [],
    }));
  if (Array.isArray(functions))
    return (functions as readonly FunctionFile[]).map((written, index) => ({
      name: `${prefix}${index}`,
      written,
      below: [key, index],
    }));
  return Object.entries(functions as Readonly<Record<string, FunctionFile | null>>).map(
    ([name, written]) => ({ name, written: written ?? {}, below: [key, name] }),
  );
}

/** A NIC with all its functions, each with what the NIC sets for it. */
export function draftNic(machine: string, name: string, nic: NicFile): DraftNic {
  const path = ['machines', machine, 'nics', name];
  const model = nic.model ?? DEFAULT_NIC_MODEL;
  const backend = nic.backend === undefined ? null : draftBackend(nic.backend, [...path, 'backend']);
  const common = {
    machine,
    queues: nic.queues ?? DEFAULT_QUEUES,
    vectors: nic.vectors ?? null,
    mtu: nic.mtu ?? null,
  };
  const pf: DraftFunction = {
    ...common,
    kind: 'pf',
    name,
    id: name,
    model,
    mac: nic.mac ?? null,
    bus: nic.bus ?? null,
    addr: nic.addr ?? null,
    properties: nic.properties ?? {},
    pf: null,
    backend,
    path,
    keys: writtenKeys(nic),
  };
  const draftFunction = (kind: 'vf' | 'function', { name: own, written, below }: Listed): DraftFunction => {
    const place = [...path, ...below];
    return {
      kind,
      name: own,
      id: `${name}.${own}`,
      machine,
      model: written.model ?? model,
      mac: written.mac ?? null,
      mtu: written.mtu ?? common.mtu,
      queues: written.queues ?? common.queues,
      vectors: written.vectors ?? common.vectors,
      bus: written.bus ?? null,
      addr: written.addr ?? null,
      properties: written.properties ?? {},
      pf: written.pf ?? null,
      backend: written.backend === undefined ? backend : draftBackend(written.backend, [...place, 'backend']),
      path: place,
      keys: writtenKeys(written),
    };
  };
  const siblings = listFunctions(nic.functions ?? 0, 'functions', 'fn').map((one) =>
    draftFunction('function', one),
  );
  const vfs = listFunctions(nic.vfs ?? 0, 'vfs', 'vf').map((one) => draftFunction('vf', one));
  return {
    machine,
    name,
    model,
    order: nic.order ?? DEFAULT_ORDER,
    sizeMiB: sizeMiB(nic.size ?? DEFAULT_STORAGE),
    bus: pf.bus,
    addr: pf.addr,
    backend,
    properties: pf.properties,
    functions: [...(siblings.length > 0 ? siblings : [pf]), ...vfs],
    path,
    keys: writtenKeys(nic),
  };
}
