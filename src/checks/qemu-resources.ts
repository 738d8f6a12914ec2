import { readFileSync, readdirSync } from 'node:fs';

/** What a process holds of the system. */
export interface ProcessResources {
  readonly openFiles: number;
  /** Anonymous memory in use outside the large mappings (the guest's RAM, TCG's translation buffer), in KiB. */
  readonly smallMappingsKiB: number;
}

/** Guest RAM and TCG's buffer are mapped whole when QEMU starts and fill as the guest runs: not QEMU's own growth. */
const LARGE_MAPPING_KIB = 16 * 1024;

function fieldKiB(mapping: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(mapping)?.[1] ?? 0);
}

/** Sums the anonymous pages of all small mappings of an smaps file (proc_pid_smaps(5)). */
export function smallMappingsKiB(smaps: string): number {
  return smaps
    .split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
    .filter((mapping) => fieldKiB(mapping, 'Size') < LARGE_MAPPING_KIB)
    .reduce((sum, mapping) => sum + fieldKiB(mapping, 'Anonymous'), 0);
}

export function readResources(pid: number): ProcessResources {
  return {
    openFiles: readdirSync(`/proc/${pid}/fd`).length,
    smallMappingsKiB: smallMappingsKiB(readFileSync(`/proc/${pid}/smaps`, 'utf8')),
  };
}
