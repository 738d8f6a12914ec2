import type { Task } from '../model/task.js';
import { run, runOrThrow } from '../process/run.js';

/** What a QEMU says of itself. */
export interface QemuFeature {
  readonly version: string;
  /** Whether its virtio-net-pci has the property `sriov-pf`: composable SR-IOV (since QEMU 10.1). */
  readonly sriov: boolean;
}

const limitMs = 20_000;

/** Asks a QEMU for its version and for `sriov-pf`. Throws ProcessError if it does not run. */
export async function askQemu(
  command: readonly [string, ...string[]],
  { signal }: Task,
): Promise<QemuFeature> {
  const limits = { timeoutMs: limitMs, signal };
  const { stdout } = await runOrThrow([...command, '-version'], limits);
  const help = await run([...command, '-device', 'virtio-net-pci,help'], limits);
  return {
    version: /version (\d+\.\d+[^\s,)]*)/.exec(stdout)?.[1] ?? 'of unknown version',
    sriov: /^\s*sriov-pf=/m.test(help.stdout),
  };
}
