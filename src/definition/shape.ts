import * as z from 'zod';
import type { DeepReadonly } from '../model/deep-readonly.js';
import { machineSettings } from '../model/machine-settings.js';
import {
  address,
  line,
  mapping,
  mtu,
  name,
  nonEmptyLine,
  oneOf,
  optional,
  required,
  size,
  subnet,
  text,
  time,
  vlan,
  withDefault,
  yesOrNo,
} from '../model/shape-words.js';
import {
  clusterMemoryMiB,
  CONTROL_PLANE_IMAGE,
  DEFAULT_CONTAINER_SUBNET,
  DEFAULT_MTU,
  DEFAULT_SUBNETS,
  defaultImage,
  defaultSubnet,
  NODE_IMAGE,
} from './defaults.js';
import { kubernetes } from './shape-kubernetes.js';
import { nic } from './shape-nic.js';

/** The shape of a machine. */
export const machine = z.strictObject(
  {
    image: optional(
      nonEmptyLine('must be the name of an image'),
      'What it boots: an image of `lab`’s or of the definition’s own',
      `\`${defaultImage(false)}\`; \`${defaultImage(true)}\`, which contains QEMU, when machines run on it; \`${NODE_IMAGE}\` for a node of the cluster; \`${CONTROL_PLANE_IMAGE}\` for the machine of its control plane`,
    ),
    memory: optional(
      size,
      'Memory',
      `enough for its functions and for the machines inside it; at least ${clusterMemoryMiB({ node: true, controlPlane: false })}M for a node of the cluster or the machine of its control plane, ${clusterMemoryMiB({ node: true, controlPlane: true })}M for both in one`,
    ),
    nics: optional(
      mapping(name, nic, 'must be a mapping: NIC names, each with what it is'),
      'Its NICs, and other devices with functions, by name',
      'none',
    ),
    buses: optional(
      mapping(
        name,
        oneOf(['root-port', 'pci-bridge']),
        'must be a mapping: bus names, each with its kind, `root-port` or `pci-bridge`',
      ),
      'PCI buses by name, for functions that are not on a root port of their NIC’s own',
      'each NIC has a root port of its own',
    ),
    on: optional(name, 'The machine that it runs inside, at most 8 levels deep', 'this computer'),
    iommu: optional(
      yesOrNo(),
      'Whether it has an IOMMU, with its virtio functions behind it',
      'true if vDPA devices are made of its functions',
    ),
    ...machineSettings,
  },
  { error: 'must be a mapping that describes a machine, such as `{ image: micro }`' },
);

/** A mapping with one entry says one thing; the same entry with two says one too many. */
function hasOneKey(value: object): boolean {
  return Object.keys(value).length === 1;
}

const version = z.union([text(/^[0-9A-Za-z.+~-]+$/, 'must be a version such as 1.9.1'), z.number()], {
  error: 'must be a version such as 1.9.1',
});
const COMPONENT =
  'must be the name of a component, or a component with its version: `{ cni-plugins: 1.9.1 }`';
const component = z.union(
  [
    name,
    mapping(name, version, COMPONENT)
      .refine(hasOneKey, { error: 'must name one component: write one list entry for each' })
      .meta({ minProperties: 1, maxProperties: 1 }),
  ],
  { error: COMPONENT },
);

const download = z.strictObject(
  {
    url: required(
      text(/^https?:\/\/[^\s"']+\.qcow2$/, 'must be the http or https address of a qcow2'),
      'The address of the disk',
    ),
    sha256: required(
      text(/^[0-9a-f]{64}$/, 'must be the 64 hex digits of a SHA-256'),
      'The SHA-256 of the disk; lab refuses any other',
    ),
  },
  { error: 'must be a mapping such as `{ url: https://…/disk.qcow2, sha256: … }`' },
);
const base = z.union([text(/^[A-Za-z./][\w ./+@-]*$/, 'must be a name or a path'), download], {
  error: 'must be the name of a base, the path of a qcow2, or `{ url: …, sha256: … }`',
});

/** The shape of an image. */
export const image = z.strictObject(
  {
    base: required(base, 'What it is built on; a path starts at the folder of the definition'),
    components: optional(
      z.array(component, { error: 'must be a list of components' }),
      'What is added to the base, in this order, each a layer; some take a version',
      'nothing but `guest-agent`, which every image gets',
    ),
  },
  { error: 'must be a mapping such as `{ base: debian-13, components: [cni-plugins] }`' },
);

/** The shape of a network with settings. */
export const network = z.strictObject(
  {
    subnet: optional(
      subnet,
      'Its addresses',
      `${defaultSubnet(0)} for the first network, ${defaultSubnet(1)} for the next and so on, for the first ${DEFAULT_SUBNETS}`,
    ),
    mtu: optional(
      mtu,
      'The MTU of its bridge and of what is on it, in bytes',
      `${DEFAULT_MTU}, or with an \`uplink\` that of the network outside`,
    ),
    vlans: optional(
      z.array(vlan, { error: 'must be a list of VLAN ids' }),
      'The VLANs that its bridge keeps apart; each port then names one of them',
      'a plain bridge',
    ),
    on: optional(name, 'The machine that its bridge is inside of', 'this computer'),
    uplink: optional(
      text(
        /^[a-z][a-z0-9-]{0,14}(\.[a-z][a-z0-9-]{0,14})?$/,
        'must be a function of the machine: NIC or NIC.VF',
      ),
      'The function of that machine that connects it to the outside',
      'it connects only its own members',
    ),
  },
  { error: 'must be a mapping such as `{ subnet: 10.0.0.0/24 }`, or nothing' },
);

/** The shape of a peer. */
export const peer = z.strictObject(
  {
    network: required(name, 'The network that it is on, one of this computer'),
    address: optional(address, 'Its address in the network’s subnet', 'the next free one'),
    vlan: optional(vlan, 'The VLAN of its port, on a network with VLANs', 'none'),
  },
  { error: 'must be a mapping that describes a peer, such as `{ network: lan }`' },
);

const parameters = z
  .record(z.string(), z.union([z.number(), z.string()], { error: 'must be a number or a word' }), {
    error: 'must be a mapping: parameters, each with its value',
  })
  .nullable();
const CHECK = 'must be the name of a check, or a check with its parameters: `{ traffic: { count: 5 } }`';
const check = z.union(
  [
    z.string(),
    z
      .record(z.string(), parameters, { error: CHECK })
      .refine(hasOneKey, { error: 'must name one check: write one list entry for each' })
      .meta({ minProperties: 1, maxProperties: 1 }),
  ],
  { error: CHECK },
);

const functionId = text(
  /^[a-z][a-z0-9-]{0,14}(\.[a-z][a-z0-9-]{0,14})?$/,
  'must be a function of the machine: a NIC (pf0), or one of its VFs (pf0.vf1)',
);

/** The shape of a bench. */
export const bench = z.strictObject(
  {
    machine: required(
      name,
      'The machine that both containers run in; on a node of the cluster they are pods',
    ),
    peer: required(name, 'The peer at the far end of the traffic'),
    offload: required(functionId, 'The function that one container holds by itself'),
    software: required(
      functionId,
      'The function that the other container reaches through veth, bridge, routing and NAT in the machine',
    ),
    containerSubnet: optional(
      subnet,
      'The network of that other container, which may not overlap with a network of the lab; pods have that of the cluster',
      DEFAULT_CONTAINER_SUBNET,
    ),
  },
  {
    error: 'must be a mapping such as `{ machine: guest, peer: server, offload: pf0.vf0, software: uplink }`',
  },
);

/** The shape of a definition; the rules between its parts are in rules/. */
export const labShape = z.strictObject(
  {
    name: optional(name, 'The lab’s name', 'the name of its folder'),
    summary: withDefault(line, '', 'One line that says what the lab shows', 'nothing'),
    expect: withDefault(
      oneOf(['works', 'refused']),
      'works',
      'What QEMU makes of it: `refused` for a composition that QEMU must refuse',
      '`works`',
    ),
    takes: optional(time, 'About how long `lab test` takes under emulation', '`lab list` shows a dash'),
    networks: optional(
      mapping(name, network.nullable(), 'must be a mapping: network names, each with its settings'),
      'The networks by name: Linux bridges in the lab’s own namespace',
      'none',
    ),
    peers: optional(
      mapping(name, peer, 'must be a mapping: peer names, each with its network'),
      'Hosts outside the machines, by name',
      'none',
    ),
    images: optional(
      mapping(name, image, 'must be a mapping: image names, each with its base'),
      'Images of the lab’s own by name, for machines to boot',
      'none',
    ),
    machines: required(
      mapping(
        name,
        machine,
        'must be a mapping: machine names, each with what it is, such as `guest: { image: micro }`',
      ),
      'The virtual machines by name',
    ),
    checks: optional(
      z.array(check, { error: 'must be a list of checks' }),
      'What `lab test` proves: names of checks, or a check with its parameters',
      'nothing is proven',
    ),
    bench: optional(
      bench,
      'The two ways out of a container that `lab bench` compares',
      'nothing is compared',
    ),
    kubernetes: optional(
      kubernetes,
      'The Kubernetes cluster that runs in the lab, with VFs for its pods',
      'no cluster',
    ),
  },
  { error: 'must be a mapping with `machines` in it; labs/quickstart/lab.yaml shows one' },
);

/** A definition as a person writes it. */
export type LabFile = DeepReadonly<z.input<typeof labShape>>;
export type MachineFile = LabFile['machines'][string];
export type BusFile = NonNullable<MachineFile['buses']>[string];

/** A definition with the right shape; what has a default that depends on nothing is filled in. */
export type ParsedLab = DeepReadonly<z.output<typeof labShape>>;
