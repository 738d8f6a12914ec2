import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '../../model/task.js';
import { renderTemplate } from '../../render/templates.js';
import { aptTransportOptions } from '../../toolchain/apt-transport.js';
import type { BuildContext } from '../build-context.js';
import type { ResolvedComponent } from '../components/resolve.js';
import { gatherFiles } from '../gather-files.js';
import { layerFailed } from '../layers/layer-failed.js';
import type { StoredLayer } from '../layers/store.js';
import type { LayerWork } from '../layers/layer-work.js';
import { debianFile } from './base.js';
import { buildFault, requireBuildPrograms } from './build-fault.js';
import { diskFromRaw, rawFromDisk } from './disk.js';
import { runInNamespace } from './run-in-namespace.js';

declare module '../../render/templates.js' {
  interface Views {
    'images/debian-layer.sh': DebianLayerView;
  }
}

/** Of what a build that failed has said, in its error. */
const LAST_LINES = 6;

interface DebianLayerView {
  readonly title: string;
  /** In apt.conf's form. */
  readonly aptOptions: readonly string[];
  readonly packages: readonly string[];
  readonly scripts: readonly { readonly name: string; readonly text: string }[];
}

/** The script that puts components into a tree of Debian. */
export function debianLayerScript(
  components: readonly Pick<ResolvedComponent, 'name' | 'recipe'>[],
  aptOptions: readonly string[],
): string {
  return renderTemplate('images/debian-layer.sh', {
    title: components.map(({ name }) => name).join(', '),
    aptOptions,
    packages: components.flatMap(({ recipe }) => recipe.packages),
    scripts: components.flatMap(({ name, recipe }) =>
      recipe.script === undefined ? [] : [{ name, text: recipe.script.trim() }],
    ),
  });
}

/** Adds components to an image of Debian: installs them into its tree, and puts what has changed on its disk. */
export async function buildDebianLayer(
  work: LayerWork,
  below: readonly StoredLayer[],
  components: readonly ResolvedComponent[],
  { toolchain }: BuildContext,
  task: Task,
): Promise<void> {
  const parent = below.at(-1);
  if (parent === undefined) throw new Error('a layer needs one below it');
  requireBuildPrograms();
  const files = join(work.scratch, 'files');
  const script = join(work.scratch, 'install.sh');
  gatherFiles(components, files);
  // A mirror that is frozen was used for the base, with a warning: its signature is checked all the same.
  const options = [...(await aptTransportOptions()), 'Acquire::Check-Valid-Until "false";'];
  writeFileSync(script, debianLayerScript(components, options));
  await rawFromDisk(parent.disk, join(work.result, 'disk.raw'), toolchain, task);
  const said = await runInNamespace(
    debianFile('layer.sh'),
    [work.result, script, files, ...below.map(({ folder }) => folder)],
    work,
    task,
  );
  if (said !== undefined) {
    const fault = buildFault(said);
    if (fault !== undefined) throw fault;
    const last = said.split('\n').slice(-LAST_LINES).join('\n');
    throw layerFailed(components, last, work, ' (the end of it is below)');
  }
  await diskFromRaw(work.result, parent, toolchain, task);
}
