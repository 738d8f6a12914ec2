import { nicModel } from '../devices/catalog.js';
import type { Kubernetes, KubernetesNode, VfPool } from '../model/kubernetes.js';
import { findByName, functionById, hostAddress, type Machine, type Nic } from '../model/lab.js';

declare module './templates.js' {
  interface Views {
    'node.sh': NodeView;
  }
}

/** What a node has besides its script: credentials, which no artefact contains. */
const SECRETS = ['ca.crt', 'kubelet.crt', 'kubelet.key', 'kubelet.kubeconfig'] as const;
const DRA_SECRET = 'vf-dra.kubeconfig';

/** The API server as the nodes and their pods reach it. */
export interface ApiEndpoint {
  /** Its address among those of services. */
  readonly service: string;
  /** Of all services' addresses, in CIDR notation. */
  readonly subnet: string;
  readonly port: number;
}

interface PfView {
  readonly bdf: string;
  readonly vfs: number;
  /** Of the VFs, where the PF gives them theirs; otherwise empty. */
  readonly macs: readonly string[];
}

/** What node.sh.hbs shows. */
interface NodeView {
  readonly name: string;
  /** The files of its credentials, as a list in words. */
  readonly secrets: string;
  readonly modulesMessage: string;
  readonly uplink: {
    readonly id: string;
    readonly bdf: string;
    readonly mtu: number;
    /** With prefix length. */
    readonly address: string;
    readonly host: string;
    /** What the script says if there is no netdev. */
    readonly missing: string;
  };
  /** To the pods of the other nodes. */
  readonly routes: readonly { readonly pods: string; readonly via: string }[];
  readonly pods: { readonly own: string; readonly all: string };
  readonly api: ApiEndpoint & { readonly address: string };
  readonly pfs: readonly PfView[];
  readonly macsByPf: boolean;
  readonly pools: readonly (VfPool & { readonly pf: string; readonly more: boolean })[];
  readonly devicePlugin: boolean;
  readonly dra: boolean;
  /** Whether the user brings what gives pods their VFs. */
  readonly bare: boolean;
  /** Whether something attaches VFs, or may, when containerd tells it that there is a sandbox. */
  readonly nri: boolean;
  /** Whether its processors are emulated. */
  readonly emulated: boolean;
  /** The units that come after the container runtime. */
  readonly services: readonly string[];
}

function pfView({ model, pf, vfs }: Nic): PfView[] {
  const { kind, vfSetup } = nicModel(model);
  if (kind === 'storage' || vfs.length === 0) return [];
  const macs = vfSetup === 'macs-by-pf' ? vfs.flatMap(({ mac }) => mac ?? []) : [];
  return [{ bdf: pf.bdf, vfs: vfs.length, macs }];
}

/** The units of a node that follow its container runtime. */
export function nodeServices({ pools }: KubernetesNode, { vfs }: Kubernetes): string[] {
  const driver = {
    'device-plugin': 'sriov-lab-device-plugin.service',
    dra: 'sriov-lab-dra.service',
    none: undefined,
  }[vfs];
  return ['kubelet.service', ...(driver === undefined || pools.length === 0 ? [] : [driver])];
}

/** The script that makes a machine a node of the cluster. */
export function nodeView(
  kubernetes: Kubernetes,
  machine: Machine,
  api: ApiEndpoint,
  emulated: boolean,
): NodeView {
  const { nodes, pods, vfs, controlPlane } = kubernetes;
  const node = nodeOf(kubernetes, machine.name);
  const { pciFunction } = functionById(machine, node.uplink);
  const pfs = machine.nics.flatMap(pfView);
  const driven = node.pools.length > 0;
  return {
    name: machine.name,
    secrets: [...SECRETS, ...(vfs === 'dra' ? [DRA_SECRET] : [])].join(', '),
    modulesMessage: `machine ${machine.name} lacks a kernel module that a node needs`,
    uplink: {
      id: node.uplink,
      bdf: pciFunction.bdf,
      mtu: pciFunction.mtu,
      address: node.address,
      host: hostAddress(node.address),
      missing: `machine ${machine.name} has no network interface at ${pciFunction.bdf} (${node.uplink})`,
    },
    routes: nodes
      .filter(({ machine: other }) => other !== machine.name)
      .map(({ pods: theirs, address }) => ({ pods: theirs, via: hostAddress(address) })),
    pods: { own: node.pods, all: pods },
    api: { ...api, address: controlPlane.address },
    pfs,
    macsByPf: pfs.some(({ macs }) => macs.length > 0),
    pools: node.pools.map((pool, index) => ({
      ...pool,
      pf: findByName(machine.nics, pool.nic).pf.bdf,
      more: index < node.pools.length - 1,
    })),
    devicePlugin: driven && vfs === 'device-plugin',
    dra: driven && vfs === 'dra',
    bare: vfs === 'none',
    nri: vfs === 'none' || (driven && vfs === 'dra'),
    emulated,
    services: nodeServices(node, kubernetes),
  };
}

function nodeOf({ nodes }: Kubernetes, machine: string): KubernetesNode {
  const found = nodes.find((node) => node.machine === machine);
  if (found === undefined) throw new Error(`machine ${machine} is no node of the cluster`);
  return found;
}
