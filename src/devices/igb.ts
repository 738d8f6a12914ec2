import { functionNetdev, netdevId } from './backends.js';
import type { NicModel } from './nic-model.js';

/**
 * Intel's 82576 (QEMU's docs/system/devices/igb.rst). Its VFs are its own: there are eight, of which Linux's driver keeps one for
 * the PF, at every second function from the 128th on. They share the PF's backend behind a switch in the device, and get their MACs
 * from the PF's driver.
 */
export const igb: NicModel = {
  name: 'igb',
  summary:
    'Intel 82576 with fixed SR-IOV: its VFs are its own, share its backend and get their MACs from its driver',
  kind: 'network',
  qemuDriver: 'igb',
  vfs: 'fixed',
  maxVfs: 7,
  offeredVfs: 7,
  vfSetup: 'macs-by-pf',
  maxFunctions: 1,
  vfPlugin: 'sriov',
  vfVlans: true,
  slowLink: true,
  vfPlacement: { first: 0x80, stride: 2 },
  // vDPA speaks virtio, which igb is not.
  backends: ['user', 'tap'],
  pfKeys: ['mac', 'mtu', 'bus', 'addr', 'backend', 'properties'],
  functionKeys: ['mac', 'mtu'],
  kernelFlavour: 'generic',
  guestModules: ['igb', 'igbvf'],
  pfDriver: 'igb',
  vfDriver: 'igbvf',
  backing: functionNetdev,
  device: (pciFunction) => ({
    driver: 'igb',
    properties: {
      netdev: netdevId(pciFunction),
      ...(pciFunction.mac === null ? {} : { mac: pciFunction.mac }),
      romfile: '',
    },
  }),
};
