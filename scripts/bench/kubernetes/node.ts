import type { GuestHost } from '../../../src/hosts/guest-host.js';
import type { VfPool } from '../../../src/model/kubernetes.js';
import { findByName, type NicFunction } from '../../../src/model/lab.js';
import type { RunningLab } from '../../../src/lab/running-lab.js';
import { interruption } from '../interruption.js';

/** How long after its creation something has come that far, and after its deletion its VF is back, in s. */
export interface VfTimes {
  readonly network: number;
  readonly runs: number;
  readonly back: number;
}

/** A node that is up, with VFs for its pods. */
export interface NodeWithVfs {
  readonly guest: GuestHost;
  readonly resource: string;
  readonly pool: VfPool;
  readonly pods: string;
  readonly mtu: number;
  readonly vf: NicFunction;
  /** Shell code that ends when all VFs are in the node's own namespace, under their names. */
  readonly untilHome: string;
}

/** Runs shell code in the node, and returns what it prints. */
export async function inNode({ guest }: Pick<NodeWithVfs, 'guest'>, code: string): Promise<string> {
  const { exitCode, stdout, stderr } = await guest.run(['/bin/sh', '-euc', code], { signal: interruption });
  if (exitCode !== 0)
    throw new Error(`in the node, this ended with ${exitCode}: ${code}\n${stderr}${stdout}`);
  return stdout;
}

/** The only node of a cluster, while no pod holds a VF. */
export async function nodeWithVfs(running: RunningLab): Promise<NodeWithVfs> {
  const { lab } = running.record;
  const [node] = lab.kubernetes?.nodes ?? [];
  const [pool] = node?.pools ?? [];
  if (node === undefined || pool === undefined) throw new Error(`lab ${lab.name} has no node with VFs`);
  const { nics } = findByName(lab.machines, node.machine);
  const { vfs } = findByName(nics, pool.nic);
  const [vf] = vfs;
  if (vf === undefined) throw new Error(`${pool.nic} has no VF`);
  const guest = await running.guest(node.machine, interruption);
  const paths = vfs.map(({ bdf }) => `/sys/bus/pci/devices/${bdf}/virtio*/net/*`);
  const listed = await inNode({ guest }, `for netdev in ${paths.join(' ')}; do echo "\${netdev##*/}"; done`);
  const names = listed.trim().split('\n');
  const isHome = names.map((name) => `[ -e '/sys/class/net/${name}' ]`).join(' && ');
  return {
    guest,
    resource: pool.resource,
    pool,
    pods: node.pods,
    mtu: vf.mtu,
    vf,
    untilHome: `until ${isHome}; do sleep 0.1; done`,
  };
}
