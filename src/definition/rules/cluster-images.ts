import { controlPlaneOf, pooledNicsOf } from '../cluster.js';
import { clusterMemoryMiB, CONTROL_PLANE_CPUS, CONTROL_PLANE_IMAGE, NODE_IMAGE } from '../defaults.js';
import type { ClusterRoles } from '../defaults.js';
import type { Draft, DraftMachine } from '../draft.js';
import { isOfKubernetes } from '../../images/names.js';
import { ofDraft } from '../of-draft.js';
import { clusterRolesOf, imageOf, modelOf } from '../relations.js';
import { soundNodes } from './cluster-places.js';
import { hasComponent } from './images.js';
import { unbuildable } from './kubernetes-version.js';
import type { Rule } from './rule.js';

/** The machines of the cluster, each once, in the order of the definition. */
const clusterMachines: (draft: Draft) => readonly DraftMachine[] = ofDraft((draft) => {
  const names = new Set(soundNodes(draft).map(({ machine }) => machine));
  const controlPlane = controlPlaneOf(draft)?.machine?.name;
  return draft.machines.filter(({ name }) => names.has(name) || name === controlPlane);
});

/** `a node`, and what that takes. */
function rolesText({ node, controlPlane }: ClusterRoles): {
  readonly role: string;
  readonly programs: string;
} {
  const ofNode = 'the kubelet, containerd and its pods';
  const ofControlPlane = 'etcd, the API server, the controllers and the scheduler';
  if (node && controlPlane)
    return { role: 'a node with the control plane', programs: `${ofControlPlane}, and ${ofNode}` };
  return node
    ? { role: 'a node', programs: ofNode }
    : { role: 'the machine of the control plane', programs: ofControlPlane };
}

export const clusterMachinesHaveMemory: Rule = function* (draft, at) {
  for (const { name, memoryMiB, path } of clusterMachines(draft)) {
    const roles = clusterRolesOf(draft, name);
    const needed = clusterMemoryMiB(roles);
    if (memoryMiB === null || memoryMiB >= needed) continue;
    const { role, programs } = rolesText(roles);
    yield {
      code: 'LAB-RULE-MEMORY',
      message: `machine ${name} has ${memoryMiB}M, but ${role} needs ${needed}M: for ${programs}`,
      hint: `write \`memory: ${needed}M\`, or leave it out`,
      location: at.locate([...path, 'memory']),
    };
  }
};

export const controlPlaneHasCpus: Rule = function* (draft, at) {
  const machine = controlPlaneOf(draft)?.machine ?? null;
  if (machine === null || machine.settings.cpus >= CONTROL_PLANE_CPUS) return;
  yield {
    code: 'LAB-RULE-KUBERNETES',
    message: `machine ${machine.name} has 1 CPU, but a control plane needs ${CONTROL_PLANE_CPUS}: its four programs work at the same time, and give up if another takes too long`,
    hint: `write \`cpus: ${CONTROL_PLANE_CPUS}\` or more, or leave it out`,
    location: at.locate([...machine.path, 'cpus']),
  };
};

/** What a machine of the cluster runs, and the CNI plugins that its pods' networks and VFs need. */
function componentsFor(draft: Draft, machine: string): string[] {
  const { node, controlPlane } = clusterRolesOf(draft, machine);
  const plugins = pooledNicsOf(draft, machine).flatMap((nic) => modelOf(nic)?.vfPlugin ?? []);
  const ofNode = ['containerd', 'cni-plugins', ...(plugins.length > 0 ? ['sriov-cni'] : []), 'kubernetes'];
  return [...(node ? ofNode : []), ...(controlPlane ? ['control-plane'] : [])];
}

export const clusterImagesHaveKubernetes: Rule = function* (draft, at) {
  for (const machine of clusterMachines(draft)) {
    const { name, path } = machine;
    const image = imageOf(draft, machine);
    const roles = clusterRolesOf(draft, name);
    const needed = componentsFor(draft, name);
    const missing = needed.filter((component) => hasComponent(draft, image, component) === false);
    if (missing.length === 0) continue;
    const suitable = roles.controlPlane ? CONTROL_PLANE_IMAGE : NODE_IMAGE;
    yield {
      code: 'LAB-RULE-IMAGE',
      message: `machine ${name} is ${rolesText(roles).role}, but its image ${image} lacks ${missing.join(', ')}`,
      hint: `leave \`image\` out, or choose ${suitable}, or an image of the lab’s own with: components: [${needed.join(', ')}]`,
      location: at.locate([...path, 'image']),
    };
  }
};

/** The programs in the machines are of the cluster's version. Another rule refuses one that cannot be built. */
export const programsAreOfTheVersion: Rule = function* (draft, at) {
  const { kubernetes, images } = draft;
  if (kubernetes === null) return;
  const booted = new Set(clusterMachines(draft).map(({ image }) => image));
  for (const { name, components } of images.filter((image) => booted.has(image.name))) {
    for (const { component, version, path } of components) {
      if (!isOfKubernetes(component) || version === null || version === kubernetes.version) continue;
      if (unbuildable(version) !== undefined) continue;
      yield {
        code: 'LAB-RULE-COMPONENT',
        message: `the image ${name} has Kubernetes ${version}, but the cluster has ${kubernetes.version}`,
        hint: 'leave the version of the component out: it is then the cluster’s',
        location: at.locate(path),
      };
    }
  }
};
