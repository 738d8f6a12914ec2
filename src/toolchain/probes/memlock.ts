import { readFileSync } from 'node:fs';
import type { Probe } from './probe.js';

/** Bytes: the memory of a small guest with vDPA, all of which is pinned. */
const enough = 1 << 30;

/** The limit on locked memory (`ulimit -l`), which only guests with vDPA need. */
export function probeMemlock(limits: string = readFileSync('/proc/self/limits', 'utf8')): Probe {
  const common = { name: 'locked memory', required: false } as const;
  const soft = /^Max locked memory\s+(\S+)/m.exec(limits)?.[1] ?? 'unknown';
  if (soft === 'unlimited' || Number(soft) >= enough)
    return { ...common, verdict: 'ok', found: describe(soft) };
  return {
    ...common,
    verdict: 'warning',
    found: `${describe(soft)}, less than a guest with vDPA pins`,
    remedy:
      "only for vDPA on this computer's own devices: raise it to the guest's memory, for example " +
      'with systemd-run --scope -p LimitMEMLOCK=infinity, or in /etc/security/limits.conf',
  };
}

function describe(limit: string): string {
  return /^\d+$/.test(limit) ? `${Math.floor(Number(limit) / (1 << 20))} MiB` : limit;
}
