import { runOrThrow } from '../process/run.js';

/** Proxies and certificate authorities; nothing that makes apt check less. */
const wanted = /^Acquire::https?::(Proxy|Proxy-Auto-Detect|CaInfo|CaPath)(::[^ ]*)? "[^"\n]+";$/i;

/**
 * What this computer's apt is told about reaching the network, as options for another apt: mmdebstrap's does not read
 * the computer's configuration. Where there is no apt-config there is nothing to pass on.
 */
export async function aptTransportOptions(): Promise<string[]> {
  try {
    const { stdout } = await runOrThrow(['apt-config', 'dump'], { timeoutMs: 10_000 });
    return transportOptionsIn(stdout);
  } catch {
    return [];
  }
}

/** The lines of `apt-config dump` that are passed on. */
export function transportOptionsIn(dump: string): string[] {
  return dump.split('\n').filter((line) => wanted.test(line));
}
