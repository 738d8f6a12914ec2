import { createHash } from 'node:crypto';
import type { KernelFlavour } from '../../toolchain/types.js';
import { resolveComponent, withArtefacts, type ResolvedComponent } from '../components/resolve.js';
import { debianBaseLayer } from '../debian/base-layer.js';
import { buildDebianLayer } from '../debian/layer.js';
import type { ImageComponent, Image } from '../../model/lab.js';
import { packagesIn, packagesOf } from './packages.js';
import type { PlannedLayer } from './planned-layer.js';

/** Raised when layers are put together in another way, in a manner that nothing else of them shows. */
const FORMAT = 1;

function componentLayer(parent: PlannedLayer, uses: readonly ImageComponent[]): PlannedLayer {
  const components = uses.map((use) => resolveComponent(use, parent.family));
  return {
    digest: digestOf(parent, components),
    parent,
    title: components.map(({ name }) => name).join(', '),
    family: parent.family,
    components: components.map(({ name, version }) => ({ name, version })),
    build: async (work, below, context) => {
      const kernelRelease = below[0]?.manifest.kernelRelease ?? null;
      const before = packagesOf(below);
      const built: ResolvedComponent[] = [];
      for (const component of components)
        built.push(await withArtefacts(component, { kernelRelease, packages: before }, work, context));
      await buildDebianLayer(work, below, built, context);
      const packages = Object.entries(packagesIn(work.result)).filter(
        ([name, version]) => before[name] !== version,
      );
      return { packages: Object.fromEntries(packages), kernelRelease, source: null };
    },
  };
}

function digestOf(parent: PlannedLayer, components: readonly ResolvedComponent[]): string {
  return createHash('sha256')
    .update(JSON.stringify([FORMAT, parent.digest, components.map(({ digest }) => digest)]))
    .digest('hex');
}

/** What an image is made of now: its top layer, with those below it. Reads what lab brings, and builds nothing. */
export function planImage(recipe: Image, flavour: KernelFlavour): PlannedLayer {
  let top = debianBaseLayer(flavour);
  for (const uses of recipe.layers) top = componentLayer(top, uses);
  return top;
}
