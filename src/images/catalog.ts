import type { Image } from '../model/lab.js';

function layer(...components: string[]): Image['layers'][number] {
  return components.map((component) => ({ component, version: null }));
}

const nodeLayers: Image['layers'] = [
  layer('guest-agent', 'ssh', 'measure'),
  layer('containerd', 'cni-plugins', 'sriov-cni'),
  layer('kubernetes'),
];

/** The images that come with lab. What changes more often stands further up: a change redoes what is above it. */
const recipes: readonly Image[] = [
  {
    name: 'debian-13',
    base: 'debian-13',
    source: null,
    layers: [
      layer('guest-agent', 'ssh', 'measure'),
      layer('containerd', 'qemu'),
      layer('vdpa'),
      layer('cni-plugins'),
      layer('sriov-cni'),
    ],
  },
  // Without what only labs of machines in machines need. Kubernetes is large, and changes with lab: it stands last.
  { name: 'kubernetes-node', base: 'debian-13', source: null, layers: nodeLayers },
  {
    name: 'kubernetes-control-plane',
    base: 'debian-13',
    source: null,
    layers: [...nodeLayers, layer('control-plane')],
  },
  // Each layer costs a start of libguestfs' appliance: there are fewer.
  ...['rocky-9', 'rocky-10'].map((name) => ({
    name,
    base: name,
    source: null,
    layers: [
      layer('guest-agent', 'ssh', 'measure', 'containerd', 'qemu', 'vdpa'),
      layer('cni-plugins', 'sriov-cni'),
    ],
  })),
];

/** The recipe of that name; undefined for one that is not made of layers, or that there is none of. */
export function catalogued(name: string): Image | undefined {
  return recipes.find((recipe) => recipe.name === name);
}

export function cataloguedImages(): readonly Image[] {
  return recipes;
}
