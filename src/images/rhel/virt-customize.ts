import { run } from '../../process/run.js';

const NO_RELABEL = '--no-selinux-relabel';

/**
 * virt-customize and its first arguments. Versions that relabel unasked leave a mark on the disk instead where their machine has no
 * setfiles, by which the guest relabels itself on its first boot and starts again: the layer's own script has done it by then.
 */
export async function virtCustomize(): Promise<string[]> {
  const { stdout } = await run(['virt-customize', '--help'], { timeoutMs: 20_000 });
  return ['virt-customize', ...relabelling(stdout), '--format', 'qcow2'];
}

/** What turns that off, where there is such a thing. `help`: what `virt-customize --help` prints. */
export function relabelling(help: string): string[] {
  return help.includes(NO_RELABEL) ? [NO_RELABEL] : [];
}
