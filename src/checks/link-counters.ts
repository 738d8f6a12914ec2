import type { Host } from '../hosts/host.js';

/** Bytes that a network interface has received and sent since it was created. */
export interface LinkBytes {
  readonly rx: number;
  readonly tx: number;
}

interface IpLink {
  readonly ifname: string;
  readonly stats64?: { readonly rx?: { readonly bytes?: number }; readonly tx?: { readonly bytes?: number } };
}

/** The counters of every interface on a host, by name, as ip(8) reports them. */
export async function readLinkBytes(host: Host): Promise<Map<string, LinkBytes>> {
  const { stdout } = await host.run(['ip', '-json', '-statistics', 'link', 'show']);
  const links = JSON.parse(stdout) as IpLink[];
  return new Map(
    links.map(({ ifname, stats64 }) => [
      ifname,
      { rx: stats64?.rx?.bytes ?? 0, tx: stats64?.tx?.bytes ?? 0 },
    ]),
  );
}

/** How much an interface counted between two readings; zero if neither contains it. */
export function bytesBetween(
  before: ReadonlyMap<string, LinkBytes>,
  after: ReadonlyMap<string, LinkBytes>,
  ifname: string,
): LinkBytes {
  const [first, last] = [before.get(ifname), after.get(ifname)];
  return { rx: (last?.rx ?? 0) - (first?.rx ?? 0), tx: (last?.tx ?? 0) - (first?.tx ?? 0) };
}
