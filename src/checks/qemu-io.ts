import type { Host } from '../hosts/host.js';
import type { ProcessIdentity } from '../process/identity.js';

/** Bytes that a process has asked the kernel to read and to write since it began (`rchar`, `wchar` of proc_pid_io(5)). */
export interface ProcessIo {
  readonly read: number;
  readonly written: number;
}

/** What QEMU itself has read and written: a packet that it moves between a guest and a tap is in there. Throws when it is gone. */
export async function readQemuIo(host: Host, qemu: ProcessIdentity): Promise<ProcessIo> {
  const { exitCode, stdout, stderr } = await host.run(['cat', `/proc/${qemu.pid}/io`]);
  if (exitCode !== 0) throw new Error(`QEMU's reads and writes cannot be seen: ${stderr.trim()}`);
  const value = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(stdout)?.[1]);
  return { read: value('rchar'), written: value('wchar') };
}
