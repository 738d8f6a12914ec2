import { backendOf, type Backend, type Nic, type NicFunction } from '../model/lab.js';
import type { DeviceArgument, QemuOption } from './qemu-option.js';

/** What of this computer decides how a backend is rendered. */
export interface BackendFacts {
  /** Whether /dev/vhost-net can be opened. */
  readonly vhostNet: boolean;
}

type Properties = DeviceArgument['properties'];

interface BackendKind<T extends Backend> {
  /** QEMU's name for it. */
  readonly driver: string;
  properties(backend: T, pciFunction: NicFunction, facts: BackendFacts): Properties;
}

function queuesOf({ queues }: NicFunction): Properties {
  return queues === 1 ? {} : { queues };
}

const kinds: { readonly [T in Backend['type']]: BackendKind<Extract<Backend, { type: T }>> } = {
  user: { driver: 'user', properties: () => ({}) },
  tap: {
    driver: 'tap',
    properties: ({ ifname, vhost }, pciFunction, facts) => ({
      ifname,
      script: 'no',
      downscript: 'no',
      vhost: vhost === 'on' || (vhost === 'auto' && facts.vhostNet),
      ...queuesOf(pciFunction),
    }),
  },
  vdpa: {
    driver: 'vhost-vdpa',
    properties: ({ device }, pciFunction) => ({ vhostdev: device, ...queuesOf(pciFunction) }),
  },
};

export function netdevId(pciFunction: NicFunction): string {
  return `net-${pciFunction.id}`;
}

/** The `-netdev` of a function of a NIC that has a backend of its own. */
export function functionNetdev(pciFunction: NicFunction, nic: Nic, facts: BackendFacts): QemuOption[] {
  const backend = backendOf(nic, pciFunction);
  if (backend === null) return [];
  const kind = kinds[backend.type] as BackendKind<Backend>;
  return [
    {
      option: '-netdev',
      argument: {
        driver: kind.driver,
        properties: { id: netdevId(pciFunction), ...kind.properties(backend, pciFunction, facts) },
      },
    },
  ];
}
