import type { cniPluginNames } from './spec.js';

/** How a CNI plugin is called that gives VFs to containers, beside what all plugins have in common. */
export interface CniPlugin {
  /** Its program's, and the `type` of its configuration. */
  readonly name: string;
  /** The newest version of CNI that it speaks. CHECK, and the result of ADD as input of DEL, came with 0.4.0. */
  readonly cniVersion: string;
  readonly hasCheck: boolean;
  /** What its configuration names a VF's BDF by. */
  readonly deviceKey: string;
  /** Whether it sets what a PF governs. */
  readonly usesPf: boolean;
  /** The NIC models whose VFs it finds, and the plugin that it runs does not. */
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

/** What a plugin needs to be called. */
export function cniPlugin(name: CniPluginName): CniPlugin {
  return { name, ...plugins[name] };
}
