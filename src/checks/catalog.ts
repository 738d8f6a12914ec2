import type { Check } from './check.js';
import { cniAttach } from './cni-attach.js';
import { enumeration } from './enumeration.js';
import { hotplugFree } from './hotplug-free.js';
import { isolation } from './isolation.js';
import { storage } from './storage.js';
import { traffic } from './traffic.js';
import { vdpaPath } from './vdpa-path.js';
import { vfCreation } from './vf-creation.js';

const checks: readonly Check[] = [
  vfCreation,
  hotplugFree,
  enumeration,
  traffic,
  isolation,
  storage,
  vdpaPath,
  cniAttach,
];

/** The check of that name. Throws if there is none: rules.ts has refused such a definition before. */
export function findCheck(name: string): Check {
  const found = checks.find((check) => check.name === name);
  if (found === undefined) throw new Error(`no check ${name}`);
  return found;
}
