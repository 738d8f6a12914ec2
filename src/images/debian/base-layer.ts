import { digest } from '../../model/digest.js';
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import type { KernelFlavour } from '../../toolchain/types.js';
import { packagesIn } from '../layers/packages.js';
import type { PlannedLayer } from '../layers/planned-layer.js';
import { buildDebianBase, debianBaseInputs } from './base.js';
import { diskFromRaw } from './disk.js';
import { makeBootFiles } from './initrd.js';

/** Debian 13 without any component: its tree, its disk, its kernel and the initramfs that leads to the disk. */
export function debianBaseLayer(flavour: KernelFlavour): PlannedLayer {
  return {
    digest: digest(debianBaseInputs(flavour)),
    parent: null,
    title: 'debian-13',
    family: 'debian',
    components: [],
    build: async (work, _, context, task) => {
      const source = await buildDebianBase(work, context, task);
      const tree = join(work.result, 'tree.tar');
      const kernelRelease = await makeBootFiles(tree, work.result, work.scratch, context.toolchain);
      await diskFromRaw(work.result, undefined, context.toolchain, task);
      rmSync(join(work.result, 'sources'));
      return { packages: packagesIn(work.result), kernelRelease, source };
    },
  };
}
