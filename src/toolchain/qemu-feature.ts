import type { Task } from '../model/task.js';
import { run, runOrThrow } from '../process/run.js';

/** What a QEMU says of itself. */
export interface QemuFeature {
  readonly version: string;
  /** Whether it emulates another architecture: its list of machines does not contain q35, the PC that labs are made of. */
  readonly foreign: boolean;
  /** Whether its virtio-net-pci has the property `sriov-pf`: composable SR-IOV (since QEMU 10.1). */
  readonly sriov: boolean;
}

const limitMs = 20_000;

/** Asks a QEMU for its version, its machines and `sriov-pf`. Throws ProcessError if it does not run. */
export async function askQemu(
  command: readonly [string, ...string[]],
  { signal }: Task,
): Promise<QemuFeature> {
  const limits = { timeoutMs: limitMs, signal };
  const { stdout } = await runOrThrow([...command, '-version'], limits);
  const machines = await run([...command, '-machine', 'help'], limits);
  const help = await run([...command, '-device', 'virtio-net-pci,help'], limits);
  return {
    version: /version (\d+\.\d+[^\s,)]*)/.exec(stdout)?.[1] ?? 'of unknown version',
    foreign: /^Supported machines are:/m.test(machines.stdout) && !/^q35 /m.test(machines.stdout),
    sriov: /^\s*sriov-pf=/m.test(help.stdout),
  };
}
