import type { Kubernetes } from '../model/kubernetes.js';
import type { Lab } from '../model/lab.js';

declare module './templates.js' {
  interface Views {
    'device-classes.yaml': DeviceClassesView;
  }
}

/** What device-classes.yaml.hbs shows. */
interface DeviceClassesView {
  readonly name: string;
  readonly classes: readonly { readonly name: string; readonly nic: string }[];
}

/** `pf0.sriov.lab` for the VFs of the NIC `pf0`, on whatever node. */
export function deviceClassesView({ name }: Lab, { nodes }: Kubernetes): DeviceClassesView {
  const nics = new Set(nodes.flatMap(({ pools }) => pools.map(({ nic }) => nic)));
  return { name, classes: [...nics].map((nic) => ({ name: `${nic}.sriov.lab`, nic })) };
}
