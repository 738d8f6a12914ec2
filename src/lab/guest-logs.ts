import { nodeServices } from '../render/node-view.js';
import type { RunningLab } from './running-lab.js';

/** A log that a machine keeps to itself: it is asked for, and goes with the machine. */
interface GuestLog {
  readonly name: string;
  readonly machine: string;
  /** Prints it, in the machine. */
  readonly argv: readonly [string, ...string[]];
}

/**
 * The logs that the machines of a running lab keep to themselves: `guest.kubelet` of a node, and its other services. `sriov-lab-` stands
 * before the names of lab's own units.
 */
export function guestLogs({ record: { lab } }: RunningLab): GuestLog[] {
  const { kubernetes } = lab;
  if (kubernetes === null) return [];
  return kubernetes.nodes.flatMap((node) =>
    ['containerd.service', ...nodeServices(node, kubernetes)].map((unit) => ({
      name: `${node.machine}.${unit.replace('sriov-lab-', '').replace('.service', '')}`,
      machine: node.machine,
      argv: ['journalctl', '--no-pager', '--output=short', '--unit', unit],
    })),
  );
}
