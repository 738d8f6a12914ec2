import type { Backend, NicFunction } from '../model/lab.js';
import type { DeviceArgument } from './nic-model.js';
import { netdevId } from './virtio-net.js';

/** What of this computer decides how a backend is rendered. */
export interface BackendFacts {
  /** Whether /dev/vhost-net can be opened. */
  readonly vhostNet: boolean;
}

type Netdev = (backend: never, facts: BackendFacts) => DeviceArgument['properties'];

const netdevs: Record<Backend['type'], Netdev> = {
  user: () => ({}),
  tap: (backend: Extract<Backend, { type: 'tap' }>, facts) => ({
    ifname: backend.ifname,
    script: 'no',
    downscript: 'no',
    vhost: facts.vhostNet,
  }),
};

/** The `-netdev` of a function. */
export function netdev(pciFunction: NicFunction, facts: BackendFacts): DeviceArgument {
  const { backend } = pciFunction;
  return {
    driver: backend.type,
    properties: { id: netdevId(pciFunction), ...netdevs[backend.type](backend as never, facts) },
  };
}
