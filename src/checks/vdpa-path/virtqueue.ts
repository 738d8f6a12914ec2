import type { Host } from '../../hosts/host.js';
import type { ProcessIdentity } from '../../process/identity.js';
import type { Qmp } from '../../qemu/qmp.js';

type Monitor = Pick<Qmp, 'execute'>;

/** The used ring of a split virtqueue (virtio 1.3, 2.7.8): where its index is in QEMU's own address space. */
export interface UsedIndex {
  readonly hostAddress: bigint;
}

/** Bytes from the start of the used ring to `idx`, behind `flags`. */
const INDEX_OFFSET = 2n;
/** The number of values of `idx`, which wraps around. */
const INDEX_VALUES = 65_536;
/** virtio-net's first receive queue. */
const RECEIVE_QUEUE = 0;

function devicePath(functionId: string): string {
  return `/machine/peripheral/${functionId}/virtio-backend`;
}

/** The type of a netdev, as `info network` calls it: `vhost-vdpa`, `tap`; `none` if there is no such netdev. */
export async function netdevType(qmp: Monitor, netdev: string): Promise<string> {
  const said = String(await qmp.execute('human-monitor-command', { 'command-line': 'info network' }));
  const line = said.split('\n').find((one) => one.includes(`${netdev}: `));
  return /type=([a-z-]+)/.exec(line ?? '')?.[1] ?? 'none';
}

/** Where the receive queue's counter of received packets is, in QEMU's address space. */
export async function receiveIndex(qmp: Monitor, functionId: string): Promise<UsedIndex> {
  const queue = (await qmp.execute('x-query-virtio-queue-status', {
    path: devicePath(functionId),
    queue: RECEIVE_QUEUE,
  })) as { 'vring-used': number };
  const used = `0x${BigInt(queue['vring-used']).toString(16)}`;
  const said = String(await qmp.execute('human-monitor-command', { 'command-line': `gpa2hva ${used}` }));
  const address = / is (0x[0-9a-f]+)/.exec(said)?.[1];
  if (address === undefined) throw new Error(`QEMU did not report where ${used} is: ${said.trim()}`);
  return { hostAddress: BigInt(address) + INDEX_OFFSET };
}

/** Reads the index from QEMU's memory, even while QEMU is stopped. */
export async function readIndex(host: Host, qemu: ProcessIdentity, index: UsedIndex): Promise<number> {
  const { exitCode, stdout, stderr } = await host.run([
    'sh',
    '-c',
    // virtio 1 is little-endian.
    'dd if="/proc/$0/mem" bs=1 skip="$1" count=2 2>/dev/null | od -An -tu1',
    String(qemu.pid),
    String(index.hostAddress),
  ]);
  const [low, high] = stdout.trim().split(/\s+/).map(Number);
  if (exitCode !== 0 || low === undefined || high === undefined) {
    throw new Error(`QEMU's memory cannot be read: ${stderr.trim()}`);
  }
  return low + high * 256;
}

/** How many buffers the device used between two readings. */
export function usedBetween(before: number, after: number): number {
  return (after - before + INDEX_VALUES) % INDEX_VALUES;
}
