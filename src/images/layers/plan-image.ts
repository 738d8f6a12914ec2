import { digestOf } from '../../model/digest.js';
import type { KernelFlavour, Toolchain } from '../../toolchain/types.js';
import type { Environment } from '../../model/environment.js';
import type { Task } from '../../model/task.js';
import type { BuildContext } from '../build-context.js';
import type { Family } from '../components/component.js';
import { resolveComponent, withArtefacts, type ResolvedComponent } from '../components/resolve.js';
import { debianBaseLayer } from '../debian/base-layer.js';
import { buildDebianLayer } from '../debian/layer.js';
import { rockySource } from '../disk/rocky.js';
import type { ImageComponent, Image } from '../../model/lab.js';
import { diskBaseLayer } from '../rhel/base-layer.js';
import { rhelLayerInputs } from '../rhel/customize-files.js';
import { buildRhelLayer } from '../rhel/layer.js';
import { packagesIn, packagesOf } from './packages.js';
import type { LayerWork } from './layer-work.js';
import type { PlannedLayer } from './planned-layer.js';
import type { StoredLayer } from './store.js';

/** Raised when layers are put together in another way, in a manner that nothing else of them shows. */
const FORMAT = 1;

/** What of a toolchain decides what an image is made of. */
export type PlanningToolchain = Pick<Toolchain, 'kernelFlavour' | 'kubernetes'>;

/** Adds components to an image; returns all packages that it then has, with their versions. */
type LayerBuilder = (
  work: LayerWork,
  below: readonly StoredLayer[],
  components: readonly ResolvedComponent[],
  context: BuildContext,
  task: Task,
) => Promise<Readonly<Record<string, string>>>;

const layerBuilders: Readonly<Record<Family, LayerBuilder>> = {
  debian: async (work, ...rest) => {
    await buildDebianLayer(work, ...rest);
    return packagesIn(work.result);
  },
  rhel: buildRhelLayer,
};

/** What goes into every layer of a family beside its components, as text. */
const layerInputs: Readonly<Record<Family, () => readonly string[]>> = {
  debian: () => [],
  rhel: rhelLayerInputs,
};

function baseLayer(
  { base, source }: Image,
  flavour: KernelFlavour,
  { cache, rockyMirror }: Environment,
): PlannedLayer {
  if (source !== null) return diskBaseLayer(base, source, cache);
  const rocky = rockySource(base, rockyMirror);
  return rocky === undefined ? debianBaseLayer(flavour) : diskBaseLayer(base, rocky, cache);
}

function componentLayer(
  parent: PlannedLayer,
  uses: readonly ImageComponent[],
  toolchain: PlanningToolchain,
): PlannedLayer {
  const components = uses.map((use) => resolveComponent(use, parent.family, toolchain));
  const inputs = layerInputs[parent.family]();
  return {
    digest: digestOf([FORMAT, parent.digest, components.map(({ digest }) => digest), ...inputs]),
    parent,
    title: components.map(({ name }) => name).join(', '),
    family: parent.family,
    components: components.map(({ name, version }) => ({ name, version })),
    prepare: async (context, task) => {
      for (const { recipe, version } of components) await recipe.prepare?.(version ?? '', context, task);
    },
    build: async (work, below, context, task) => {
      const kernelRelease = below[0]?.manifest.kernelRelease ?? null;
      const before = packagesOf(below);
      const built: ResolvedComponent[] = [];
      for (const component of components)
        built.push(await withArtefacts(component, { kernelRelease, packages: before }, work, context, task));
      const now = await layerBuilders[parent.family](work, below, built, context, task);
      const packages = Object.entries(now).filter(([name, version]) => before[name] !== version);
      return { packages: Object.fromEntries(packages), kernelRelease, source: null };
    },
  };
}

/** What an image is made of now: its top layer, with those below it. Reads what lab brings, and builds nothing. */
export function planImage(
  recipe: Image,
  toolchain: PlanningToolchain,
  environment: Environment,
): PlannedLayer {
  let top = baseLayer(recipe, toolchain.kernelFlavour, environment);
  for (const uses of recipe.layers) top = componentLayer(top, uses, toolchain);
  return top;
}
