import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findLayer, type StoredLayer } from '../../src/images/layers/store.js';
import { readEnvironment } from '../../src/cli/environment.js';
import type { Toolchain } from '../../src/toolchain/types.js';
import { alternate, inSandbox, lab, runProgram } from './run.js';
import { head, ratio, row, s } from './table.js';

export interface Rebuild {
  readonly title: string;
  /** The base as a definition names it. */
  readonly base: string;
  /** The last of them is what changes. */
  readonly components: readonly string[];
  /** Arguments of virt-customize that install the packages of the same components. */
  readonly customizations: readonly string[];
}

/** As one would do it by hand, with libguestfs told what it does not find out by itself. */
async function plainCustomize(
  folder: string,
  below: string,
  { kernel, bin }: Toolchain,
  customizations: readonly string[],
): Promise<void> {
  // Its appliance is made once, as lab's is.
  const libguestfs = join(readEnvironment().cache, 'libguestfs');
  mkdirSync(libguestfs, { recursive: true });
  const disk = join(folder, 'plain.qcow2');
  rmSync(disk, { force: true });
  const backing = ['-b', below, '-F', 'qcow2', disk];
  await runProgram([join(bin, 'qemu-img'), 'create', '-q', '-f', 'qcow2', ...backing]);
  await runProgram(['virt-customize', '--format', 'qcow2', '-a', disk, ...customizations], {
    env: {
      LIBGUESTFS_BACKEND: 'direct',
      LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg',
      LIBGUESTFS_CACHEDIR: libguestfs,
      SUPERMIN_KERNEL: kernel.image,
      SUPERMIN_KERNEL_VERSION: kernel.release,
      SUPERMIN_MODULES: kernel.modules,
    },
  });
}

function stored(digest: string | undefined): StoredLayer {
  const layer = digest === undefined ? undefined : findLayer(readEnvironment().cache, digest);
  if (layer === undefined) throw new Error(`the image has no layer ${digest ?? ''}`);
  return layer;
}

/** Rebuilding an image after the last of its components changed, against one plain run of virt-customize for all of them (TCG). */
export async function benchRebuild(
  { title, base, components, customizations }: Rebuild,
  toolchain: Toolchain,
  rounds: number,
): Promise<void> {
  await inSandbox(async (folder, env) => {
    const file = join(folder, 'lab.yaml');
    writeFileSync(
      file,
      `images: { mine: { base: ${base}, components: [${components.join(', ')}] } }\nmachines: { guest: { image: mine } }\n`,
    );
    const image = async (command: string, ...flags: string[]): Promise<string> =>
      runProgram([...lab, 'image', command, 'mine', '--lab', file, ...flags], { env });
    await image('build');
    const { layers } = JSON.parse(await image('show', '--json')) as { layers: { digest: string }[] };
    const [bottom, top] = [stored(layers[0]?.digest), stored(layers.at(-1)?.digest)];
    const times = await alternate(
      {
        plain: async () => plainCustomize(folder, bottom.disk, toolchain, customizations),
        again: async () => {
          // As after a change: the layers below are there, and this one is not.
          rmSync(top.folder, { recursive: true });
          await image('build');
        },
        cached: async () => image('build'),
      },
      rounds,
    );
    head(`An image of ${title} with ${components.join(', ')} (TCG)`, 'what', 'median', 'ratio to plain');
    row('one plain `virt-customize` of all', s(times.plain), '1.00');
    row('`lab image build` after the last has changed', s(times.again), ratio(times.again, times.plain));
    row('`lab image build` with nothing to do', s(times.cached), ratio(times.cached, times.plain));
  });
}
