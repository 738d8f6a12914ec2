import * as z from 'zod';
import { dataOf, failuresOf, type CheckContext, type Finding, type World } from './check.js';
import { readLinkBytes, type LinkBytes } from './link-counters.js';

/** The peer's end of its veth pair (network.sh). */
const PEER_NETDEV = 'eth0';

/** The output of counters.sh: each function's counters in bytes, by name. */
const counted = z.record(z.string(), z.strictObject({ rx: z.int().min(0), tx: z.int().min(0) }));

/** Runs counters.sh (at `path`) in the guest. Yields what failed, and returns each function's counters by name. */
export async function* functionCounters(
  world: World,
  path: string,
): AsyncGenerator<Finding, Map<string, LinkBytes>, void> {
  const output = await world.run(path);
  yield* failuresOf(output);
  return new Map(Object.entries(dataOf(output, counted)));
}

/** Each of these peers' counters, by name. */
export async function peerCounters(
  context: CheckContext,
  peers: readonly string[],
): Promise<Map<string, LinkBytes>> {
  const counters = new Map<string, LinkBytes>();
  for (const peer of peers) {
    const links = await readLinkBytes(context.peer(peer));
    counters.set(peer, links.get(PEER_NETDEV) ?? { rx: 0, tx: 0 });
  }
  return counters;
}
