import type { Check } from './check.js';
import { cluster } from './cluster/spec.js';
import { cniAttach } from './cni-attach/spec.js';
import { enumeration } from './enumeration/spec.js';
import { hotplugFree } from './hotplug-free/spec.js';
import { isolation } from './isolation/spec.js';
import { linkState } from './link-state/spec.js';
import { podNetwork } from './pod-network/spec.js';
import { podVf } from './pod-vf/spec.js';
import { reboot } from './reboot/spec.js';
import type { CheckSpec } from './spec.js';
import { storage } from './storage/spec.js';
import { traffic } from './traffic/spec.js';
import { vdpaPath } from './vdpa-path/spec.js';
import { vfCreation } from './vf-creation/spec.js';

interface Entry {
  readonly spec: CheckSpec;
  /** Loads the half that runs. A definition needs only the spec. */
  readonly load: () => Promise<{ readonly check: Check }>;
}

/** Every check. The keys are the names that a definition uses. */
export const catalog = {
  'vf-creation': { spec: vfCreation, load: async () => import('./vf-creation/run.js') },
  'hotplug-free': { spec: hotplugFree, load: async () => import('./hotplug-free/run.js') },
  enumeration: { spec: enumeration, load: async () => import('./enumeration/run.js') },
  traffic: { spec: traffic, load: async () => import('./traffic/run.js') },
  'link-state': { spec: linkState, load: async () => import('./link-state/run.js') },
  reboot: { spec: reboot, load: async () => import('./reboot/run.js') },
  isolation: { spec: isolation, load: async () => import('./isolation/run.js') },
  'cni-attach': { spec: cniAttach, load: async () => import('./cni-attach/run.js') },
  'vdpa-path': { spec: vdpaPath, load: async () => import('./vdpa-path/run.js') },
  storage: { spec: storage, load: async () => import('./storage/run.js') },
  cluster: { spec: cluster, load: async () => import('./cluster/run.js') },
  'pod-vf': { spec: podVf, load: async () => import('./pod-vf/run.js') },
  'pod-network': { spec: podNetwork, load: async () => import('./pod-network/run.js') },
} as const satisfies Readonly<Record<string, Entry>>;

export type CheckName = keyof typeof catalog;

export const checkNames = Object.keys(catalog) as readonly CheckName[];

export function isCheckName(name: string): name is CheckName {
  return Object.hasOwn(catalog, name);
}

/** What a definition needs to know of a check. */
export function specOf(name: CheckName): CheckSpec {
  return catalog[name].spec;
}
