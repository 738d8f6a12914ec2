import { functionNetdev } from './backends.js';
import type { NicModel } from './nic-model.js';
import { virtioNet, virtioNetProperties } from './virtio-net.js';

const KEYS: NicModel['functionKeys'] = virtioNet.pfKeys;

/**
 * The same functions without SR-IOV: conventional PCI multifunction, all of them there from the start. The bit in the header says
 * so; function 0 must have it, and what looks at another function first finds it there as well (PCI 3.0, 6.2.1).
 */
export const virtioNetMultifunction: NicModel = {
  ...virtioNet,
  name: 'virtio-net-multifunction',
  summary:
    'virtio-net as conventional PCI multifunction: no VFs, up to 8 functions that are all there from the start',
  vfs: 'none',
  maxVfs: 0,
  maxFunctions: 8,
  pfKeys: KEYS,
  functionKeys: KEYS,
  backing: functionNetdev,
  device: (pciFunction) => ({
    driver: virtioNet.qemuDriver,
    properties: { ...virtioNetProperties(pciFunction), multifunction: true },
  }),
};
