import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withStep } from '../../model/progress.js';
import { buildFolder } from '../build-folder.js';
import type { BuildContext } from '../build-context.js';
import { MANIFEST, type LayerManifest } from './layer.js';
import { chainOf, type PlannedLayer } from './planned-layer.js';
import { buildLog, findLayer, layerFolder, type StoredLayer } from './store.js';

const MAX_DETAIL = 120;

function manifestOf(
  layer: PlannedLayer,
  outcome: Pick<LayerManifest, 'packages' | 'kernelRelease' | 'source'>,
  started: number,
): LayerManifest {
  return {
    digest: layer.digest,
    parent: layer.parent?.digest ?? null,
    title: layer.title,
    components: layer.components,
    made: new Date().toISOString(),
    took: Math.round((Date.now() - started) / 100) / 10,
    ...outcome,
  };
}

async function build(
  layer: PlannedLayer,
  below: readonly StoredLayer[],
  context: BuildContext,
): Promise<void> {
  const log = buildLog(layer.digest);
  const options = { progress: context.progress, signal: context.signal };
  await buildFolder(layerFolder(layer.digest), options, async (scratch, result) =>
    withStep(context.progress, `Build the layer ${layer.title}`, async (step) => {
      const started = Date.now();
      mkdirSync(dirname(log), { recursive: true });
      rmSync(log, { force: true });
      const record = (line: string): void => {
        appendFileSync(log, `${line}\n`);
      };
      const show = (line: string): void => {
        step.update(line.slice(0, MAX_DETAIL));
      };
      const outcome = await layer.build(
        {
          result,
          scratch,
          logFile: log,
          digest: layer.digest,
          log: (line) => {
            record(line);
            show(line);
          },
          record,
          show,
          warn: (message) => {
            context.progress.warn(message);
          },
        },
        below,
        context,
      );
      const manifest = manifestOf(layer, outcome, started);
      writeFileSync(join(result, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
    }),
  );
}

/**
 * A layer from the cache, built if it is not there, and whatever is missing below it first. Of several that ask at once one builds
 * and the others wait. Throws LabErrors, which name the log; nothing that looks like a layer is left then.
 */
export async function ensureLayer(top: PlannedLayer, context: BuildContext): Promise<StoredLayer[]> {
  const finished: StoredLayer[] = [];
  for (const layer of chainOf(top)) {
    const stored = findLayer(layer.digest);
    if (stored === undefined) await build(layer, finished, context);
    const made = stored ?? findLayer(layer.digest);
    if (made === undefined) throw new Error(`layer ${layer.title} is not where it was put`);
    finished.push(made);
  }
  return finished;
}
