import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '../../model/task.js';
import { run, runOrThrow } from '../../process/run.js';
import type { BuildContext } from '../build-context.js';
import type { ResolvedComponent } from '../components/resolve.js';
import { requireRoom } from '../disk/obtain.js';
import { guestfsEnvironment } from '../guestfs/environment.js';
import { requireLibguestfs } from '../guestfs/requirements.js';
import { runGuestfs } from '../guestfs/run.js';
import { DISK } from '../layers/layer.js';
import { layerFailed } from '../layers/layer-failed.js';
import type { LayerWork } from '../layers/layer-work.js';
import { customizeFolder, nameBelow, type StoredLayer } from '../layers/store.js';
import { writeCustomizeFiles } from './customize-files.js';
import { customizeOutcome } from './outcome.js';

const NO_RELABEL = '--no-selinux-relabel';

/**
 * virt-customize and its first arguments. Versions that relabel unasked leave a mark on the disk instead where their machine has no
 * setfiles, by which the guest relabels itself on its first boot and starts again: the layer's own script has done it by then.
 */
async function virtCustomize(): Promise<string[]> {
  const { stdout } = await run(['virt-customize', '--help'], { timeoutMs: 20_000 });
  return ['virt-customize', ...relabelling(stdout), '--format', 'qcow2'];
}

/** What turns that off, where there is such a thing. `help`: what `virt-customize --help` prints. */
export function relabelling(help: string): string[] {
  return help.includes(NO_RELABEL) ? [NO_RELABEL] : [];
}

/**
 * Adds components to an image of RHEL's family: one run of virt-customize on an overlay of the disk below. Returns the packages of
 * the image with their versions. Throws ToolchainError when anything went wrong, whatever virt-customize ended with.
 */
export async function buildRhelLayer(
  work: LayerWork,
  below: readonly StoredLayer[],
  components: readonly ResolvedComponent[],
  context: BuildContext,
  task: Task,
): Promise<Readonly<Record<string, string>>> {
  const parent = below.at(-1);
  if (parent === undefined) throw new Error('a layer needs one below it');
  requireLibguestfs();
  const environment = await guestfsEnvironment(work.scratch, context, task);
  const folder = customizeFolder(work.cache, work.digest);
  const program = await virtCustomize();
  await writeCustomizeFiles(components, {
    folder,
    scratch: work.scratch,
    byHand: { below: parent.disk, environment, program },
  });
  requireRoom(statSync(join(folder, 'files.tar')).size, work.cache);
  const qemuImg = join(context.toolchain.bin, 'qemu-img');
  const disk = join(work.result, DISK);
  const { signal } = task;
  await runOrThrow([qemuImg, 'create', '-q', '-f', 'qcow2', '-b', parent.disk, '-F', 'qcow2', disk], {
    signal,
  });
  const { exitCode, stdout, stderr } = await runGuestfs(
    [...program, '-v', '-a', disk, '--commands-from-file', 'commands'],
    { folder, environment, work },
    task,
  );
  const { failure, packages } = customizeOutcome(exitCode, `${stdout}\n${stderr}`);
  if (failure !== undefined)
    throw layerFailed(components, failure, work, '; the input of virt-customize is next to it');
  await runOrThrow([qemuImg, 'rebase', '-q', '-u', '-b', nameBelow(parent), '-F', 'qcow2', disk], { signal });
  return packages;
}
