import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../model/digest.js';
import { shippedFile } from '../../model/folders.js';
import { isWhole } from '../../process/whole-folder.js';
import { buildFolder } from '../build-folder.js';
import type { BuildContext } from '../build-context.js';
import { imagesFolder } from '../layers/store.js';
import type { LayerWork } from '../layers/layer-work.js';
import type { ImageComponent } from '../../model/lab.js';
import { findComponent } from './catalog.js';
import { silentTask, type Task } from '../../model/task.js';
import type { Toolchain } from '../../toolchain/types.js';
import type { ArtefactBuild, Component, Family, FamilyRecipe } from './component.js';

/** A component with its version and the recipe of one family. */
export interface ResolvedComponent {
  readonly name: string;
  readonly component: Component;
  readonly version: string | null;
  readonly recipe: FamilyRecipe;
  /** Hex SHA-256 over recipe, files, version and what is built. */
  readonly digest: string;
  /** The folder of what was built on this computer for it; absent before, and where nothing is. */
  readonly artefacts?: string;
}

/** A component as it is for a family. */
export function resolveComponent(
  { component: name, version }: ImageComponent,
  family: Family,
  toolchain: Pick<Toolchain, 'kubernetes'> = {},
): ResolvedComponent {
  const component = findComponent(name);
  const recipe = component.families[family];
  const chosen = version ?? component.version ?? null;
  return {
    name,
    component,
    version: chosen,
    recipe,
    digest: componentDigest(component, recipe, chosen, toolchain),
  };
}

function componentDigest(
  component: Component,
  recipe: FamilyRecipe,
  version: string | null,
  toolchain: Pick<Toolchain, 'kubernetes'>,
): string {
  const hash = createHash('sha256').update(
    JSON.stringify([
      component.name,
      version,
      { packages: recipe.packages, files: recipe.files, script: recipe.script },
      recipe.buildInputs?.(version ?? '', toolchain) ?? null,
    ]),
  );
  for (const { source } of recipe.files ?? [])
    hash.update(readFileSync(shippedFile(`images/components/files/${source}`)));
  return hash.digest('hex');
}

/** The task of a build within the step of its layer: all that it says goes to the layer's log. */
function loggedIn(work: LayerWork, task: Task): Task {
  const warn = (message: string): void => {
    task.warn(message);
  };
  return { ...silentTask(task.signal), detail: work.log, warn };
}

/** Has built on this computer what a component needs built, once for each content. */
export async function withArtefacts(
  resolved: ResolvedComponent,
  image: Pick<ArtefactBuild, 'kernelRelease' | 'packages'>,
  work: LayerWork,
  context: BuildContext,
  task: Task,
): Promise<ResolvedComponent> {
  const { recipe, version } = resolved;
  const { build } = recipe;
  if (build === undefined) return resolved;
  const key = digestOf([resolved.digest, recipe.perKernel === true ? image.kernelRelease : null]);
  const artefacts = join(imagesFolder(work.cache), 'artefacts', key.slice(0, 32));
  if (!isWhole(artefacts)) {
    await buildFolder(
      artefacts,
      async (root, scratch) => {
        const folder = join(scratch, 'work');
        mkdirSync(folder);
        const { toolchain, mirror, environment } = context;
        const keyring = environment.debianKeyring;
        await build(
          {
            version: version ?? '',
            scratch: folder,
            root,
            ...image,
            toolchain,
            mirror,
            keyring,
            environment,
          },
          loggedIn(work, task),
        );
      },
      task,
    );
  }
  return { ...resolved, artefacts };
}
