import { cpSync, chmodSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { shippedFile } from '../model/folders.js';
import type { ResolvedComponent } from './components/resolve.js';

/** Puts what the components bring beside packages into a folder, as it will be in the image. */
export function gatherFiles(
  components: readonly Pick<ResolvedComponent, 'recipe' | 'artefacts'>[],
  target: string,
): void {
  mkdirSync(target, { recursive: true });
  for (const { recipe, artefacts } of components) {
    for (const file of recipe.files ?? []) {
      const place = join(target, file.target);
      mkdirSync(dirname(place), { recursive: true });
      cpSync(shippedFile(`images/components/files/${file.source}`), place);
      chmodSync(place, file.mode);
    }
    // A link leads to where it does in the image, not to where the artefacts are here.
    if (artefacts !== undefined) cpSync(artefacts, target, { recursive: true, verbatimSymlinks: true });
  }
}
