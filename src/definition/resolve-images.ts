import { catalogued } from '../images/catalog.js';
import { dirname, resolve } from 'node:path';
import type { ComponentFile, ImageFile, LabFile } from '../model/lab-file.js';
import type { DiskSource, Image, ImageComponent } from '../model/lab.js';

/** Without it lab could not reach the guest. */
const ALWAYS = 'guest-agent';

/** The name and the version of a component as it is written. */
export function writtenComponent(written: ComponentFile): readonly [string, string | null] {
  if (typeof written === 'string') return [written, null];
  const [name = '', version] = Object.entries(written)[0] ?? [];
  return [name, version === undefined ? null : String(version)];
}

/** Whether a base is written as a path: no name of a base looks like one. */
export function isDiskPath(base: string): boolean {
  return /^[./]/.test(base) || base.endsWith('.qcow2');
}

/** A path is as seen from the definition. */
function diskSource(base: ImageFile['base'], folder: string): DiskSource | null {
  if (typeof base !== 'string') return { kind: 'download', ...base };
  return isDiskPath(base) ? { kind: 'file', path: resolve(folder, base) } : null;
}

/** Each component is a layer of its own, in the order of the definition: who writes an image changes it. */
function resolveImage(name: string, { base, components = [] }: ImageFile, folder: string): Image {
  const written = components.map(writtenComponent).map(([component, version]) => ({ component, version }));
  const agent: ImageComponent[] = written.some(({ component }) => component === ALWAYS)
    ? []
    : [{ component: ALWAYS, version: null }];
  return {
    name,
    base: typeof base === 'string' ? base : base.url,
    source: diskSource(base, folder),
    layers: [...agent, ...written].map((one) => [one]),
  };
}

/** The images that the machines of a definition boot, its own and lab's. `file`: where the definition is. */
export function resolveImages(written: LabFile, file: string): Image[] {
  const names = new Set(Object.values(written.machines).map(({ image }) => image));
  return [...names].flatMap((name) => {
    if (name === undefined) return [];
    const own = written.images?.[name];
    return own === undefined ? (catalogued(name) ?? []) : resolveImage(name, own, dirname(file));
  });
}
