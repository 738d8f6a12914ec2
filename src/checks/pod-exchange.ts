import * as z from 'zod';
import { assertion, type Assertion, type CheckContext, type CheckTarget } from './check.js';
import { endsOf } from './ends.js';
import { peerCounters } from './lab-counters.js';
import { bytesBetween, readLinkBytes, type LinkBytes } from './link-counters.js';
import { sizeThatFitsAll } from './packet-size.js';

const PING_SIZE = 1400;
const ICMP_HEADER_BYTES = 8;

const bytes = z.strictObject({ rx: z.int(), tx: z.int() });

/** What a pod's interfaces have counted during an exchange, as exchange.sh prints it. */
export const podCounted = z.strictObject({ net1: bytes.optional(), eth0: bytes });

/** Payload of each packet over the functions of the NIC, in bytes. */
export function pingSize(target: CheckTarget): number {
  const ways = endsOf(target).map(({ mtus }) => mtus);
  return sizeThatFitsAll(PING_SIZE, ways);
}

/** Bytes of ICMP that `count` packets move, one way. */
export function payloadOf(target: CheckTarget, count: number): number {
  return count * (pingSize(target) + ICMP_HEADER_BYTES);
}

/** The counters outside the machines, at one moment. */
export interface OutsideReading {
  /** The interfaces of the lab's namespace, the taps among them. */
  readonly links: ReadonlyMap<string, LinkBytes>;
  readonly peers: ReadonlyMap<string, LinkBytes>;
}

export async function readOutside(context: CheckContext, peer: string): Promise<OutsideReading> {
  return { links: await readLinkBytes(context.outside), peers: await peerCounters(context, [peer]) };
}

/** Whether something counted `payload` bytes both ways. */
export function carried(title: string, { rx, tx }: LinkBytes, payload: number): Assertion {
  return assertion(
    Math.min(rx, tx) >= payload,
    `${title} counted the payload both ways`,
    `received: ${rx} bytes, sent: ${tx} bytes`,
    `payload: ${payload} bytes`,
  );
}

/** Whether something counted less than one packet of `size` bytes, either way. */
export function carriedNothing(title: string, { rx, tx }: LinkBytes, size: number): Assertion {
  return assertion(
    Math.max(rx, tx) < size,
    `${title} counted less than one packet`,
    `received: ${rx} bytes, sent: ${tx} bytes`,
  );
}

/** The peer and these taps counted the payload between two readings. `taps`: each with its owner. */
export function carriedOutside(
  title: string,
  {
    peer,
    taps,
  }: { readonly peer: string | null; readonly taps: readonly { owner: string; ifname: string }[] },
  before: OutsideReading,
  after: OutsideReading,
  payload: number,
): Assertion[] {
  return [
    ...taps.map(({ owner, ifname }) =>
      carried(`${title}: the tap of ${owner}`, bytesBetween(before.links, after.links, ifname), payload),
    ),
    ...(peer === null
      ? []
      : [carried(`${title}: ${peer}`, bytesBetween(before.peers, after.peers, peer), payload)]),
  ];
}
