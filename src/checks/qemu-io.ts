import type { Host } from '../hosts/host.js';
import type { ProcessIdentity } from '../process/identity.js';

/** Bytes that a process has read and written since it started (`rchar` and `wchar` in proc_pid_io(5)). */
export interface ProcessIo {
  readonly read: number;
  readonly written: number;
}

/** How much QEMU itself has read and written, including each packet that it moves between guest and tap. Throws Error when it is gone. */
export async function readQemuIo(host: Host, qemu: ProcessIdentity): Promise<ProcessIo> {
  const { exitCode, stdout, stderr } = await host.run(['cat', `/proc/${qemu.pid}/io`]);
  if (exitCode !== 0) throw new Error(`QEMU's I/O counters cannot be read: ${stderr.trim()}`);
  const value = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(stdout)?.[1]);
  return { read: value('rchar'), written: value('wchar') };
}
