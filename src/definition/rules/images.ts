import {
  baseNames,
  componentNames,
  componentVersions,
  initramfsImages,
  isInitramfsImage,
} from '../../images/names.js';
import type { Location, Problem } from '../../errors/lab-error.js';
import { catalogued } from '../../images/catalog.js';
import type { ComponentFile, LabFile } from '../../model/lab-file.js';
import type { Path } from '../load.js';
import { isDiskPath, writtenComponent } from '../resolve-images.js';
import { writtenVfs } from '../written-functions.js';
import { unknownName, type Locator, type Rule } from './rule.js';

function* componentProblems(written: ComponentFile, path: Path, at: Locator): Iterable<Problem> {
  const location = at.locate(path);
  if (typeof written !== 'string' && Object.keys(written).length !== 1) {
    yield {
      code: 'LAB-RULE-COMPONENT',
      message: 'each entry of `components` names one component',
      hint: 'write one list entry for each component',
      location,
    };
    return;
  }
  const [name, version] = writtenComponent(written);
  if (!componentNames.some((known) => known === name)) {
    yield { code: 'LAB-RULE-COMPONENT', ...unknownName('component', name, componentNames), location };
  } else if (version !== null) {
    yield* versionProblems(name, version, location);
  }
}

function* versionProblems(name: string, version: string, location: Location | undefined): Iterable<Problem> {
  const versions = componentVersions[name];
  if (versions === undefined) {
    yield {
      code: 'LAB-RULE-COMPONENT',
      message: `the version of ${name} is that of the distribution’s package`,
      hint: `leave the version out; it can be chosen for: ${Object.keys(componentVersions).join(', ')}`,
      location,
    };
  } else if (versions !== 'any' && !versions.includes(version)) {
    yield {
      code: 'LAB-RULE-COMPONENT',
      message: `${name} ${version} is not to be had as a Go module of that version`,
      hint: `choose ${versions.join(' or ')}, or leave the version out`,
      location,
    };
  }
}

/** A component twice would be one layer over another that is the same. */
function* repeated(components: readonly ComponentFile[], path: Path, at: Locator): Iterable<Problem> {
  const names = components.map((written) => writtenComponent(written)[0]);
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue;
    yield {
      code: 'LAB-RULE-COMPONENT',
      message: `${name} is among the components already`,
      hint: 'name it once',
      location: at.locate([...path, index]),
    };
  }
}

/** Whether the image that a machine boots has a component; undefined for one that there is not. */
function hasComponent(lab: LabFile, image: string | undefined, component: string): boolean | undefined {
  if (image === undefined || isInitramfsImage(image)) return false;
  const own = lab.images?.[image]?.components?.map((written) => writtenComponent(written)[0]);
  const names =
    own ??
    catalogued(image)
      ?.layers.flat()
      .map((use) => use.component);
  return names?.includes(component);
}

/** The components that a CNI plugin is of and gets its addresses from. */
function componentsFor(plugin: string): string[] {
  return plugin === 'host-device' ? ['cni-plugins'] : ['cni-plugins', 'sriov-cni'];
}

/** What containers get their VFs by has to be in the guest. */
export const cniPluginsAreThere: Rule = function* (lab, at) {
  for (const [index, check] of (lab.checks ?? []).entries()) {
    const name = typeof check === 'string' ? check : (Object.keys(check)[0] ?? '');
    if (name !== 'cni-attach') continue;
    const { machine: asked, plugin = 'host-device' } = (typeof check === 'string' ? null : check[name]) ?? {};
    for (const [machine, { image, nics }] of Object.entries(lab.machines)) {
      const looksAt = Object.values(nics ?? {}).some((nic) => writtenVfs(nic).length > 0);
      if (!looksAt || (asked !== undefined && asked !== machine)) continue;
      const missing = componentsFor(String(plugin)).filter((one) => hasComponent(lab, image, one) === false);
      if (missing.length === 0) continue;
      yield {
        code: 'LAB-RULE-PLUGINS',
        message: `${name} with the plugin ${plugin} needs ${missing.join(' and ')}, and the image of machine ${machine} has none of that`,
        hint: `let it boot debian-13, or an image of the lab’s own with: components: [${componentsFor(String(plugin)).join(', ')}]`,
        location: at.locate(['checks', index]),
      };
    }
  }
};

/** What the machines inside a machine boot is put into its initramfs, as an initramfs. */
export const nestedMachinesHaveNoDisk: Rule = function* (lab, at) {
  const around = new Set(Object.values(lab.machines).map(({ on }) => on));
  for (const [name, { on, image }] of Object.entries(lab.machines)) {
    if (on === undefined && !around.has(name)) continue;
    if (image === undefined || isInitramfsImage(image)) continue;
    yield {
      code: 'LAB-RULE-NESTING',
      message: `machine ${name} ${on === undefined ? 'has machines inside' : 'is inside another'}, and its image has a disk`,
      hint: `leave its image out, or choose from: ${initramfsImages.join(', ')}`,
      location: at.locate(['machines', name, 'image']),
    };
  }
};

export const imagesAreMadeOfWhatThereIs: Rule = function* (lab, at) {
  for (const [name, { base, components = [] }] of Object.entries(lab.images ?? {})) {
    const path = ['images', name];
    if (typeof base === 'string' && !isDiskPath(base) && !baseNames.some((known) => known === base)) {
      const location = at.locate([...path, 'base']);
      yield { code: 'LAB-RULE-BASE', ...unknownName('base', base, baseNames), location };
    }
    for (const [index, written] of components.entries())
      yield* componentProblems(written, [...path, 'components', index], at);
    yield* repeated(components, [...path, 'components'], at);
  }
};
