import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findLayer } from '../../src/images/layers/store.ts';
import { cacheFolder } from '../../src/model/folders.ts';
import { alternate, head, inSandbox, lab, ratio, row, runProgram, s } from './measure.js';

const COMPONENTS = ['guest-agent', 'containerd', 'ssh', 'measure'];

/** As one would do it by hand, with libguestfs told what it does not find out by itself. */
async function plainCustomize(folder, below, { kernel, bin }, customizations) {
  // Its machine is made once, as lab's is.
  const libguestfs = join(cacheFolder(), 'libguestfs');
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

/**
 * Making an image of `base` again after the last of four components changed, against one plain run of virt-customize for all four (TCG).
 * `customizations`: its arguments, which install these components' packages.
 */
export async function benchRebuild({ title, base, customizations }, toolchain, rounds) {
  await inSandbox(async (folder, env) => {
    const file = join(folder, 'lab.yaml');
    writeFileSync(
      file,
      `images: { four: { base: ${base}, components: [${COMPONENTS.join(', ')}] } }\nmachines: { guest: { image: four } }\n`,
    );
    const image = (command, ...flags) =>
      runProgram([...lab, 'image', command, 'four', '--lab', file, ...flags], { env });
    await image('build');
    const { layers } = JSON.parse((await image('show', '--json')).stdout);
    const [bottom, top] = [layers[0], layers.at(-1)].map(({ digest }) => findLayer(digest));
    const times = await alternate(
      {
        plain: () => plainCustomize(folder, bottom.disk, toolchain, customizations),
        again: async () => {
          // As after a change: the layers below are there, and it is not.
          rmSync(top.folder, { recursive: true });
          await image('build');
        },
        cached: () => image('build'),
      },
      rounds,
    );
    head(`An image of ${title} with ${COMPONENTS.join(', ')} (TCG)`, 'what', 'median', 'ratio to plain');
    row('one plain `virt-customize` of all four', s(times.plain), '1.00');
    row('`lab image build` after the last has changed', s(times.again), ratio(times.again, times.plain));
    row('`lab image build` with nothing to do', s(times.cached), ratio(times.cached, times.plain));
  });
}
