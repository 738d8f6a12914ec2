import type { VfPool } from '../../model/kubernetes.js';
import { scriptFolder, type CheckTarget } from '../check.js';
import { clusterOf, poolOfNic } from '../kubernetes-place.js';

/** The scripts, by what they are for. Some are rendered only if they are needed. */
const SCRIPTS = {
  home: 'home',
  vlan: 'vlan',
  begin: 'begin',
  facts: 'facts',
  claims: 'claims',
  toFarEnd: 'to-far-end',
  silent: 'silent',
  toPod: 'to-pod',
  full: 'full',
  restart: 'restart',
  restarted: 'restarted',
  free: 'free',
  kill: 'kill',
  replaced: 'replaced',
  rebooted: 'rebooted',
  refused: 'refused',
  eachToFarEnd: 'each-to-far-end',
  end: 'end',
  vlanEnd: 'vlan-end',
} as const;

export type Paths = Readonly<Record<keyof typeof SCRIPTS, string>>;

export function pathsOf(target: CheckTarget): Paths {
  const folder = scriptFolder(target);
  return Object.fromEntries(
    Object.entries(SCRIPTS).map(([key, name]) => [key, `${folder}/pod-vf-${name}.sh`]),
  ) as Paths;
}

/** The NIC's VFs, as a pool of its node. Throws as poolOfNic does. */
export function poolOf(target: CheckTarget): VfPool {
  return poolOfNic(target, target.nic.name);
}

/** Whether the control plane runs in the node: a reboot would end it, and only `lab up` starts it again. */
export function hasControlPlane(target: CheckTarget): boolean {
  const { on } = clusterOf(target).controlPlane;
  return 'machine' in on && on.machine === target.machine.name;
}

/** The pods that get a VF each, by their numbers. */
export function podsOf({ nic }: CheckTarget): string[] {
  return nic.vfs.map((_, index) => String(index + 1));
}

/** The pod for which no VF is left. */
export function lastPod({ nic }: CheckTarget): string {
  return String(nic.vfs.length + 1);
}

// When something happens, for titles.
export const AFTER_RESTART = 'after the restart';
export const AFTER_REBOOT = 'after the reboot';
