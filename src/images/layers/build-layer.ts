import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inStep, type Task } from '../../model/task.js';
import { makeOwnFolder } from '../../process/own-folder.js';
import { removeFolder } from '../../process/remove-folder.js';
import { forgetContents } from '../../process/whole-folder.js';
import { buildFolder } from '../build-folder.js';
import type { BuildContext } from '../build-context.js';
import { MANIFEST, type LayerManifest } from './layer.js';
import { chainOf, type PlannedLayer } from './planned-layer.js';
import { buildLog, findLayer, layerFolder, layersAbove, type StoredLayer } from './store.js';

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
  task: Task,
): Promise<void> {
  const { cache } = context.environment;
  const log = buildLog(cache, layer.digest);
  const record = (line: string): void => {
    appendFileSync(log, `${line}\n`);
  };
  const fill = async (result: string, scratch: string, step: Task): Promise<void> => {
    const started = Date.now();
    makeOwnFolder(dirname(log));
    rmSync(log, { force: true });
    for (const { folder } of layersAbove(cache, layer.digest)) {
      await removeFolder(folder);
      forgetContents(folder);
    }
    const show = (line: string): void => {
      record(line);
      step.detail(line.slice(0, MAX_DETAIL));
    };
    const work = { cache, result, scratch, logFile: log, digest: layer.digest, log: show, record };
    const outcome = await layer.build(work, below, context, step);
    const manifest = manifestOf(layer, outcome, started);
    writeFileSync(join(result, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
  };
  await buildFolder(
    layerFolder(cache, layer.digest),
    async (result, scratch) =>
      inStep(task, `Build the layer ${layer.title}`, async (step) => fill(result, scratch, step)),
    task,
  );
}

/**
 * A layer from the cache, built if it is not there or not whole, and whatever is missing below it first. What stands on a layer that is
 * built again goes: its disk would be that of another. Of several that ask at once one builds
 * and the others wait. Throws LabErrors, which name the log; nothing that looks like a layer is left then.
 */
export async function ensureLayer(
  top: PlannedLayer,
  context: BuildContext,
  task: Task,
): Promise<StoredLayer[]> {
  const finished: StoredLayer[] = [];
  for (const layer of chainOf(top)) {
    const stored = findLayer(context.environment.cache, layer.digest);
    if (stored === undefined) {
      await layer.prepare?.(context, task);
      await build(layer, finished, context, task);
    }
    const made = stored ?? findLayer(context.environment.cache, layer.digest);
    if (made === undefined) throw new Error(`layer ${layer.title} is not where it was put`);
    finished.push(made);
  }
  return finished;
}
