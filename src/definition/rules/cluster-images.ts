import { pooledNicsOf } from '../cluster.js';
import { NODE_IMAGE, NODE_MEMORY_MIB } from '../defaults.js';
import type { Draft, DraftMachine } from '../draft.js';
import { imageOf, machineNamed, modelOf } from '../relations.js';
import { soundNodes } from './cluster-places.js';
import { hasComponent } from './images.js';
import { unbuildable } from './kubernetes-version.js';
import type { Rule } from './rule.js';

export const nodesHaveMemory: Rule = function* (draft, at) {
  for (const { machine } of soundNodes(draft)) {
    const { memoryMiB = null, path = [] } = machineNamed(draft, machine) ?? {};
    if (memoryMiB === null || memoryMiB >= NODE_MEMORY_MIB) continue;
    yield {
      code: 'LAB-RULE-MEMORY',
      message: `machine ${machine} has ${memoryMiB}M, but a node needs ${NODE_MEMORY_MIB}M: for the kubelet, containerd and its pods`,
      hint: `write \`memory: ${NODE_MEMORY_MIB}M\`, or leave it out`,
      location: at.locate([...path, 'memory']),
    };
  }
};

/** What a node runs, and the CNI plugins that its pods' networks and VFs need. */
function componentsFor(draft: Draft, machine: string): string[] {
  const plugins = pooledNicsOf(draft, machine).flatMap((nic) => modelOf(nic)?.vfPlugin ?? []);
  return ['containerd', 'cni-plugins', ...(plugins.length > 0 ? ['sriov-cni'] : []), 'kubernetes'];
}

export const nodeImagesHaveKubernetes: Rule = function* (draft, at) {
  for (const { machine: name, path } of soundNodes(draft)) {
    const machine = machineNamed(draft, name) as DraftMachine;
    const image = imageOf(draft, machine);
    const needed = componentsFor(draft, name);
    const missing = needed.filter((component) => hasComponent(draft, image, component) === false);
    if (missing.length === 0) continue;
    yield {
      code: 'LAB-RULE-IMAGE',
      message: `machine ${name} is a node, but its image ${image} lacks ${missing.join(', ')}`,
      hint: `leave \`image\` out, or choose ${NODE_IMAGE}, or an image of the lab’s own with: components: [${needed.join(', ')}]`,
      location: at.locate(machine.image === null ? path : [...machine.path, 'image']),
    };
  }
};

/** The kubelets are of the cluster's version. Another rule refuses one that cannot be built. */
export const kubeletsAreOfTheVersion: Rule = function* (draft, at) {
  const { kubernetes, images } = draft;
  if (kubernetes === null) return;
  const booted = soundNodes(draft).map(({ machine }) => machineNamed(draft, machine)?.image);
  for (const { name, components } of images.filter((image) => booted.includes(image.name))) {
    for (const { component, version, path } of components) {
      if (component !== 'kubernetes' || version === null || version === kubernetes.version) continue;
      if (unbuildable(version) !== undefined) continue;
      yield {
        code: 'LAB-RULE-COMPONENT',
        message: `the image ${name} of a node has Kubernetes ${version}, but the cluster has ${kubernetes.version}`,
        hint: 'leave the version of the component out: it is then the cluster’s',
        location: at.locate(path),
      };
    }
  }
};
