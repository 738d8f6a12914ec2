import type { Host } from '../../hosts/host.js';

/** The system's resources that a process holds. */
export interface ProcessResources {
  /** Without sockets: those of QEMU are of commands that look at the lab meanwhile. */
  readonly openFiles: number;
  /** Anonymous memory in use outside the large mappings (the guest's RAM, TCG's translation buffer), in KiB. */
  readonly smallMappingsKiB: number;
}

const SCRIPT = `ls -l "$0/fd" | grep -e '->' | grep -vc 'socket:'; cat "$0/smaps"`;

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

/** The resources that a process on a host holds. Throws Error when the process is gone. */
export async function readResources(host: Host, pid: number): Promise<ProcessResources> {
  const folder = `/proc/${pid}`;
  const { exitCode, stdout, stderr } = await host.run(['sh', '-c', SCRIPT, folder]);
  const end = stdout.indexOf('\n');
  if (exitCode !== 0) throw new Error(`QEMU cannot be inspected: ${stderr.trim()}`);
  return {
    openFiles: Number(stdout.slice(0, end)),
    smallMappingsKiB: smallMappingsKiB(stdout.slice(end + 1)),
  };
}
