import type { Task } from '../../model/task.js';
import type { BuildContext } from '../build-context.js';
import type { Family } from '../components/component.js';
import type { LayerManifest } from './layer.js';
import type { LayerWork } from './layer-work.js';
import type { StoredLayer } from './store.js';

/** What a layer's build tells of itself beside what was planned. */
export type LayerOutcome = Pick<LayerManifest, 'packages' | 'kernelRelease' | 'source'>;

/** A layer as a recipe asks for it; whether it is in the cache is another question. */
export interface PlannedLayer {
  readonly digest: string;
  readonly parent: PlannedLayer | null;
  readonly title: string;
  readonly family: Family;
  readonly components: LayerManifest['components'];
  /** Makes what the build takes from elsewhere in the cache, before the folder of layers is held. */
  readonly prepare?: (context: BuildContext, task: Task) => Promise<void>;
  /** Fills `work.result`, with the disk last. `below`: the finished layers under it, the base first. */
  build(
    work: LayerWork,
    below: readonly StoredLayer[],
    context: BuildContext,
    task: Task,
  ): Promise<LayerOutcome>;
}

/** A layer and all below it, the base first. */
export function chainOf(layer: PlannedLayer): PlannedLayer[] {
  return layer.parent === null ? [layer] : [...chainOf(layer.parent), layer];
}
