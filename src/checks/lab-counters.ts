import { failuresOf, findings, type CheckContext, type Findings, type ScriptStep } from './check.js';
import { readLinkBytes, type LinkBytes } from './link-counters.js';

/** The peer's end of its veth pair (network.sh). */
const PEER_NETDEV = 'eth0';

/** `# counter NAME RX TX` of counters.sh: what each function of the guest has counted. */
export function functionCounters({ remarks }: Findings): Map<string, LinkBytes> {
  return new Map(
    remarks.flatMap((remark) => {
      const [word, name, rx, tx] = remark.split(' ');
      return word === 'counter' && name !== undefined
        ? [[name, { rx: Number(rx), tx: Number(tx) }] as const]
        : [];
    }),
  );
}

/** Runs counters.sh, at `path`, in the guest and takes what its functions have counted. */
export function readCounters(path: string, take: (counters: Map<string, LinkBytes>) => void): ScriptStep {
  return {
    type: 'script',
    on: 'machine',
    path,
    use: (result) => {
      take(functionCounters(result));
      return findings(failuresOf(result));
    },
  };
}

/** What each of these peers has counted, by name. */
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
