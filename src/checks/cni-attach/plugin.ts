import type { cniPluginNames } from './spec.js';

/** What is special about calling a CNI plugin that gives VFs to containers. */
export interface CniPlugin {
  /** The name of its program, and the `type` in its configuration. */
  readonly name: string;
  /** The newest version of CNI that it speaks. CHECK, and the result of ADD as input of DEL, came with 0.4.0. */
  readonly cniVersion: string;
  readonly hasCheck: boolean;
  /** The key of its configuration that contains a VF's BDF. */
  readonly deviceKey: string;
  /** Whether it can change settings that belong to the PF, such as a VF's VLAN. */
  readonly usesPf: boolean;
  /** The NIC models whose VFs it finds although the plugin that it runs does not. */
  readonly adapts: readonly string[];
}

const sriov = { cniVersion: '0.3.1', hasCheck: false, deviceKey: 'deviceID', usesPf: true };

type CniPluginName = (typeof cniPluginNames)[number];

const plugins: Readonly<Record<CniPluginName, Omit<CniPlugin, 'name'>>> = {
  'host-device': {
    cniVersion: '1.0.0',
    hasCheck: true,
    deviceKey: 'pciBusID',
    usesPf: false,
    adapts: [],
  },
  sriov: { ...sriov, adapts: [] },
  'sriov-virtio': { ...sriov, adapts: ['virtio-net'] },
};

/** How to call a plugin. */
export function cniPlugin(name: CniPluginName): CniPlugin {
  return { name, ...plugins[name] };
}
