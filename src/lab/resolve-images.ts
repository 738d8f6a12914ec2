import { catalogued } from '../images/catalog.js';
import type { ComponentFile, ImageFile, LabFile } from '../model/lab-file.js';
import type { Image, ImageComponent } from '../model/lab.js';

/** Without it lab could not reach the guest. */
const ALWAYS = 'guest-agent';

/** The name and the version of a component as it is written. */
export function writtenComponent(written: ComponentFile): readonly [string, string | null] {
  if (typeof written === 'string') return [written, null];
  const [name = '', version] = Object.entries(written)[0] ?? [];
  return [name, version === undefined ? null : String(version)];
}

/** Each component is a layer of its own, in the order of the definition: who writes an image changes it. */
function resolveImage(name: string, { base, components = [] }: ImageFile): Image {
  const written = components.map(writtenComponent).map(([component, version]) => ({ component, version }));
  const agent: ImageComponent[] = written.some(({ component }) => component === ALWAYS)
    ? []
    : [{ component: ALWAYS, version: null }];
  return { name, base, layers: [...agent, ...written].map((one) => [one]) };
}

/** The images that the machines of a definition boot, its own and lab's. */
export function resolveImages(written: LabFile): Image[] {
  const names = new Set(Object.values(written.machines).map(({ image }) => image));
  return [...names].flatMap((name) => {
    if (name === undefined) return [];
    const own = written.images?.[name];
    return own === undefined ? (catalogued(name) ?? []) : resolveImage(name, own);
  });
}
