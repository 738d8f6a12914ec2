import { basename, dirname, resolve } from 'node:path';
import type { DiskSource } from '../model/lab.js';
import { machineSettingsOf } from '../model/machine-settings.js';
import { withAdministrator } from './administrator.js';
import { DEFAULT_KUBERNETES_VERSION, DEFAULT_PODS, DEFAULT_VF_PROVIDER, defaultSubnet } from './defaults.js';
import { draftNic, writtenKeys } from './draft-nic.js';
import type {
  Draft,
  DraftBench,
  DraftCheck,
  DraftComponent,
  DraftImage,
  DraftKubernetes,
  DraftMachine,
  DraftNetwork,
  DraftPeer,
} from './draft.js';
import type { ParsedLab } from './shape.js';
import { seconds, sizeMiB } from './units.js';

type Entry<T> = NonNullable<T>[keyof NonNullable<T>];

/** A lab without a name has the name of its folder, or of its file if that is not `lab.yaml`. */
function nameFromFile(file: string): string {
  const stem = basename(file).replace(/\.ya?ml$/, '');
  const name = (stem === 'lab' ? basename(dirname(file)) : stem).toLowerCase().replace(/[^a-z0-9-]/g, '-');
  return /^[a-z]/.test(name) ? name.slice(0, 40) : `lab-${name}`.slice(0, 40);
}

function draftNetwork(name: string, network: Entry<ParsedLab['networks']>, index: number): DraftNetwork {
  const { on = null, uplink = null, subnet = defaultSubnet(index), mtu = null, vlans = [] } = network ?? {};
  const keys = writtenKeys(network ?? {});
  return { name, on, uplink, subnet, mtu, vlans, path: ['networks', name], keys };
}

function draftPeer(name: string, peer: Entry<ParsedLab['peers']>): DraftPeer {
  const { network, address = null, vlan = null } = peer;
  return { name, network, address, vlan, path: ['peers', name], keys: writtenKeys(peer) };
}

/** Whether a base is written as a path: no name of a base looks like one. */
function isDiskPath(base: string): boolean {
  return /^[./]/.test(base) || base.endsWith('.qcow2');
}

/** A path is as seen from the definition. */
function diskSource(base: Entry<ParsedLab['images']>['base'], folder: string): DiskSource | null {
  if (typeof base !== 'string') return { kind: 'download', ...base };
  return isDiskPath(base) ? { kind: 'file', path: resolve(folder, base) } : null;
}

function draftImage(name: string, image: Entry<ParsedLab['images']>, folder: string): DraftImage {
  const { base, components = [] } = image;
  const path = ['images', name];
  return {
    name,
    base: typeof base === 'string' ? base : base.url,
    source: diskSource(base, folder),
    components: components.map((written, index): DraftComponent => {
      const [component = '', version = null] =
        typeof written === 'string' ? [written] : (Object.entries(written)[0] ?? []);
      return {
        component,
        version: version === null ? null : String(version),
        path: [...path, 'components', index],
      };
    }),
    path,
    keys: writtenKeys(image),
  };
}

function draftMachine(name: string, machine: ParsedLab['machines'][string]): DraftMachine {
  const { on = null, image = null, memory, iommu = null, buses = {}, nics = {} } = machine;
  const path = ['machines', name];
  return {
    name,
    on,
    image,
    memoryMiB: memory === undefined ? null : sizeMiB(memory),
    iommu,
    settings: machineSettingsOf(machine),
    buses: Object.entries(buses).map(([bus, type]) => ({ name: bus, type, path: [...path, 'buses', bus] })),
    nics: Object.entries(nics).map(([nic, written]) => draftNic(name, nic, written)),
    path,
    keys: writtenKeys(machine),
  };
}

function draftCheck(written: NonNullable<ParsedLab['checks']>[number], index: number): DraftCheck {
  const [name = '', parameters = null] =
    typeof written === 'string' ? [written] : (Object.entries(written)[0] ?? []);
  const { machine, ...values } = parameters ?? {};
  return {
    name,
    machine: machine === undefined ? null : String(machine),
    values,
    path: ['checks', index],
  };
}

function draftBench(bench: NonNullable<ParsedLab['bench']>): DraftBench {
  const { containerSubnet = null } = bench;
  return { ...bench, containerSubnet, path: ['bench'], keys: writtenKeys(bench) };
}

function draftKubernetes(kubernetes: NonNullable<ParsedLab['kubernetes']>): DraftKubernetes {
  const {
    version = DEFAULT_KUBERNETES_VERSION,
    'control-plane': controlPlane,
    nodes,
    pods = DEFAULT_PODS,
    vfs = DEFAULT_VF_PROVIDER,
    vlans = {},
  } = kubernetes;
  const path = ['kubernetes'];
  return {
    version,
    controlPlane,
    nodes: nodes.map((machine, index) => ({ machine, path: [...path, 'nodes', index] })),
    pods,
    vfs,
    vlans: Object.entries(vlans).map(([nic, vlan]) => ({ nic, vlan, path: [...path, 'vlans', nic] })),
    path,
    keys: writtenKeys(kubernetes),
  };
}

/**
 * Takes the shorthands of a definition apart, and adds what it implies. The lab's name and the paths of disks depend on `file`, an
 * absolute path.
 */
export function draftOf(lab: ParsedLab, file: string): Draft {
  const folder = dirname(file);
  return withAdministrator({
    name: lab.name ?? nameFromFile(file),
    summary: lab.summary,
    takesSeconds: lab.takes === undefined ? null : seconds(lab.takes),
    expect: lab.expect,
    networks: Object.entries(lab.networks ?? {}).map(([name, network], index) =>
      draftNetwork(name, network, index),
    ),
    peers: Object.entries(lab.peers ?? {}).map(([name, peer]) => draftPeer(name, peer)),
    images: Object.entries(lab.images ?? {}).map(([name, image]) => draftImage(name, image, folder)),
    machines: Object.entries(lab.machines).map(([name, machine]) => draftMachine(name, machine)),
    checks: (lab.checks ?? []).map(draftCheck),
    bench: lab.bench === undefined ? null : draftBench(lab.bench),
    kubernetes: lab.kubernetes === undefined ? null : draftKubernetes(lab.kubernetes),
    server: null,
  });
}
