import { INSIDE_FOLDER } from '../hosts/guest-host.js';
import { nodeServices } from '../render/node-view.js';
import type { RunningLab } from './running-lab.js';

/** A log that a machine keeps to itself: it is asked for, and goes with the machine. */
interface GuestLog {
  readonly name: string;
  readonly machine: string;
  /** Prints it, in the machine. */
  readonly argv: readonly [string, ...string[]];
}

/** `guest.kubelet` of a node, and its other services; `sriov-lab-` stands before the names of lab's own units. */
function nodeLogs({ record: { lab } }: RunningLab): GuestLog[] {
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

function serviceLogs({ record: { parts } }: RunningLab): GuestLog[] {
  return parts.flatMap(({ kind, name, place }) =>
    kind === 'service' && typeof place === 'object' && 'machine' in place
      ? [{ name, machine: place.machine, argv: ['cat', `${INSIDE_FOLDER}/${name}.log`] }]
      : [],
  );
}

/** The logs that the machines of a running lab keep to themselves. */
export function guestLogs(running: RunningLab): GuestLog[] {
  return [...serviceLogs(running), ...nodeLogs(running)];
}
