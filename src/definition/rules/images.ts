import type { Problem } from '../../errors/lab-error.js';
import { catalogued } from '../../images/catalog.js';
import {
  baseNames,
  componentNames,
  componentVersions,
  initramfsImages,
  isInitramfsImage,
  isOfKubernetes,
} from '../../images/names.js';
import type { Draft, DraftComponent } from '../draft.js';
import { MAX_DISKS } from '../../devices/disk-slot.js';
import { disksInside, hasDisk, imageOf, machineNamed, machinesOn, vfsOf } from '../relations.js';
import { unbuildable } from './kubernetes-version.js';
import { unknownName, type Rule } from './rule.js';

type Found = Pick<Problem, 'message' | 'hint'>;

function wrongVersion(name: string, version: string): Found | undefined {
  const versions = componentVersions[name];
  if (versions === undefined)
    return {
      message: `the distribution’s package decides the version of ${name}`,
      hint: `leave the version out; you can choose it for: ${Object.keys(componentVersions).join(', ')}`,
    };
  if (isOfKubernetes(name)) return unbuildable(version);
  if (versions === 'any' || versions.includes(version)) return undefined;
  return {
    message: `${name} ${version} cannot be built: it is not a valid version of its Go module`,
    hint: `choose ${versions.join(' or ')}, or leave the version out`,
  };
}

function wrongComponent({ component, version }: DraftComponent): Found | undefined {
  if (!componentNames.some((known) => known === component))
    return unknownName('component', component, componentNames);
  return version === null ? undefined : wrongVersion(component, version);
}

export const imagesCanBeMade: Rule = function* (draft, at) {
  for (const { base, source, components, path } of draft.images) {
    if (source === null && !baseNames.some((known) => known === base)) {
      const location = at.locate([...path, 'base']);
      yield { code: 'LAB-RULE-BASE', ...unknownName('base', base, baseNames), location };
    }
    for (const one of components) {
      const wrong = wrongComponent(one);
      if (wrong !== undefined) yield { code: 'LAB-RULE-COMPONENT', ...wrong, location: at.locate(one.path) };
    }
    // A component twice would be one layer over another that is the same.
    for (const [index, one] of components.entries()) {
      if (components.findIndex(({ component }) => component === one.component) === index) continue;
      yield {
        code: 'LAB-RULE-COMPONENT',
        message: `${one.component} is listed twice`,
        hint: 'list it once',
        location: at.locate(one.path),
      };
    }
  }
};

/** Whether the image that a machine boots has a component; undefined for an unknown image. */
export function hasComponent(draft: Draft, image: string, component: string): boolean | undefined {
  if (isInitramfsImage(image)) return false;
  const own = draft.images.find(({ name }) => name === image)?.components;
  return (own ?? catalogued(image)?.layers.flat())?.some((one) => one.component === component);
}

/** The components that contain a CNI plugin and the one that gives it its addresses. */
function componentsFor(plugin: string): string[] {
  return plugin === 'host-device' ? ['cni-plugins'] : ['cni-plugins', 'sriov-cni'];
}

/** The guest has to contain the CNI plugin that gives containers their VFs. */
export const cniPluginsAreThere: Rule = function* (draft, at) {
  for (const { name, machine: asked, values, path } of draft.checks) {
    if (name !== 'cni-attach') continue;
    const plugin = String(values['plugin'] ?? 'host-device');
    const machines = asked === null ? draft.machines : [machineNamed(draft, asked)];
    for (const booting of machines) {
      if (booting?.nics.some((nic) => vfsOf(nic).length > 0) !== true) continue;
      const { name: machine } = booting;
      const missing = componentsFor(plugin).filter(
        (one) => hasComponent(draft, imageOf(draft, booting), one) === false,
      );
      if (missing.length === 0) continue;
      yield {
        code: 'LAB-RULE-PLUGINS',
        message: `${name} with the plugin ${plugin} needs ${missing.join(' and ')}, but the image of machine ${machine} lacks it`,
        hint: `set its image to debian-13, or to an image of the lab’s own with: components: [${componentsFor(plugin).join(', ')}]`,
        location: at.locate(path),
      };
    }
  }
};

/** The image of a machine that runs machines contains what they boot, in its initramfs. */
export const outerMachinesHaveNoDisk: Rule = function* (draft, at) {
  for (const machine of draft.machines) {
    const { name, image, path } = machine;
    if (machinesOn(draft, name).length === 0 || !hasDisk(draft, machine)) continue;
    yield {
      code: 'LAB-RULE-NESTING',
      ...(image === null
        ? {
            message: `machine ${name} runs machines, but it is part of the cluster, and so its image has a disk`,
            hint: 'choose another machine for that: one that runs no machines',
          }
        : {
            message: `machine ${name} runs machines, but its image has a disk`,
            hint: `leave its image out, or choose from: ${initramfsImages.join(', ')}`,
          }),
      location: at.locate([...path, 'image'], { missing: image === null }),
    };
  }
};

/** A machine hands in the disks of those inside it as the functions of one device. */
export const disksFitInside: Rule = function* (draft, at) {
  for (const { name, on, path } of draft.machines) {
    if (on !== null) continue;
    const count = disksInside(draft, name).length;
    if (count <= MAX_DISKS) continue;
    yield {
      code: 'LAB-RULE-NESTING',
      message: `${count} machines inside ${name} have an image with a disk, and it can hand in ${MAX_DISKS}`,
      hint: `let some boot an image without one: ${initramfsImages.join(', ')}`,
      location: at.locate(path, { key: true }),
    };
  }
};
