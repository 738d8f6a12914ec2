import * as z from 'zod';
import type { LabFile } from '../model/lab-file.js';
import { nic } from './shape-nic.js';
import {
  address,
  line,
  mtu,
  name,
  oneOf,
  optional,
  size,
  subnet,
  text,
  time,
  vlan,
  wholeNumber,
} from './shape-words.js';

const kernelArgument = text(
  /^[\x21-\x7e]+$/,
  'must be one kernel argument: printable ASCII without spaces; write one list entry for each',
);

const machine = z.strictObject(
  {
    on: optional(name, 'The machine that it runs inside; without it this computer'),
    image: optional(
      line.min(1, { error: 'must be the name of an image' }),
      'What it boots; without it micro, or hypervisor when machines run on it',
    ),
    cpus: optional(wholeNumber(1, 64), 'Virtual CPUs; without it 2'),
    memory: optional(size, 'Memory, in MiB (512M) or GiB (4G); without it enough for its functions'),
    kernelArguments: optional(
      z.array(kernelArgument, { error: 'must be a list of kernel arguments' }),
      'Added to the kernel’s command line, one list entry each',
    ),
    iommu: optional(
      z.boolean({ error: 'must be true or false' }),
      'Whether it has an IOMMU, with its virtio functions behind it; without it true if vDPA is made of its functions',
    ),
    buses: optional(
      z.record(name, oneOf(['root-port', 'pci-bridge']), {
        error: 'must be a mapping: bus names, each with its kind',
      }),
      'PCI buses by name, for functions that are not to be on a root port of their NIC’s own',
    ),
    nics: optional(
      z.record(name, nic, { error: 'must be a mapping: NIC names, each with what it is' }),
      'Its NICs, and other devices with functions, by name; each behind a PCIe root port of its own',
    ),
  },
  { error: 'must be a mapping that describes a machine, such as `{ image: micro }`' },
);

const version = z.union([text(/^[0-9A-Za-z.+~-]+$/, 'must be a version such as 1.9.1'), z.number()], {
  error: 'must be a version such as 1.9.1',
});
const component = z.union([name, z.record(name, version)], {
  error: 'must be the name of a component, or a component with its version: `{ cni-plugins: 1.9.1 }`',
});

const download = z.strictObject(
  {
    url: text(/^https?:\/\/[^\s"']+\.qcow2$/, 'must be the http or https address of a qcow2').describe(
      'Where the disk is to be had',
    ),
    sha256: text(/^[0-9a-f]{64}$/, 'must be the 64 hex digits of a SHA-256').describe(
      'The SHA-256 of what is there; anything else is refused',
    ),
  },
  { error: 'must be a mapping such as `{ url: https://…/disk.qcow2, sha256: … }`' },
);
const base = z.union([text(/^[A-Za-z./][\w ./+@-]*$/, 'must be a name or a path'), download], {
  error: 'must be the name of a base, the path of a qcow2, or `{ url: …, sha256: … }`',
});

const image = z.strictObject(
  {
    base: base.describe(
      'What it is built on: the name of a base, the path of a qcow2 (`./my.qcow2`), or one to be fetched',
    ),
    components: optional(
      z.array(component, { error: 'must be a list of components' }),
      'What is added to the base: names of components, or a component with its version',
    ),
  },
  { error: 'must be a mapping such as `{ base: debian-13, components: [cni-plugins] }`' },
);

const network = z
  .strictObject(
    {
      on: optional(name, 'The machine that its bridge is inside of; without it this computer'),
      uplink: optional(
        text(
          /^[a-z][a-z0-9-]{0,14}(\.[a-z][a-z0-9-]{0,14})?$/,
          'must be a function of the machine: NIC or NIC.VF',
        ),
        'The function of that machine by which it leads out; without it it leads nowhere',
      ),
      subnet: optional(subnet, 'IPv4 in CIDR notation; without it 10.64.0.0/16, 10.65.0.0/16 and so on'),
      mtu: optional(mtu, 'The MTU of the bridge and of what is on it, in bytes; without it 1500'),
      vlans: optional(
        z.array(vlan, { error: 'must be a list of VLAN ids' }),
        'The VLANs that its bridge keeps apart; each of its ports then names one',
      ),
    },
    { error: 'must be a mapping such as `{ subnet: 10.0.0.0/24 }`, or nothing' },
  )
  .nullable();

const peer = z.strictObject(
  {
    network: name.describe('The network that it is on'),
    address: optional(address, 'Its IPv4 address in the network’s subnet; without it the next free one'),
    vlan: optional(vlan, 'The VLAN of its port, on a network with VLANs'),
  },
  { error: 'must be a mapping that describes a peer, such as `{ network: lan }`' },
);

const parameters = z
  .record(z.string(), z.union([z.number(), z.string()], { error: 'must be a number or a word' }), {
    error: 'must be a mapping: parameters, each with its value',
  })
  .nullable();
const check = z.union([z.string(), z.record(z.string(), parameters)], {
  error: 'must be the name of a check, or a check with its parameters: `{ traffic: { count: 5 } }`',
});

const functionId = text(
  /^[a-z][a-z0-9-]{0,14}(\.[a-z][a-z0-9-]{0,14})?$/,
  'must name a function of the machine: a NIC (pf0), or one of its VFs (pf0.vf1)',
);

const bench = z.strictObject(
  {
    machine: name.describe('The machine that both containers run in'),
    peer: name.describe('The peer at the far end of the traffic'),
    offload: functionId.describe('The function (NIC or NIC.VF) that one container holds by itself'),
    software: functionId.describe(
      'The function that the other container reaches by veth, bridge, routing and NAT in the machine',
    ),
    containerSubnet: optional(
      subnet,
      'The network of that other container, in CIDR notation; without it 10.244.0.0/24',
    ),
  },
  {
    error: 'must be a mapping such as `{ machine: guest, peer: server, offload: pf0.vf0, software: uplink }`',
  },
);

/** The shape of a definition; what the parts say of each other is in rules.ts. */
export const labShape: z.ZodType<LabFile> = z.strictObject(
  {
    name: optional(name, 'The lab’s name; without it that of its folder'),
    summary: optional(line, 'One line that says what the lab shows'),
    expect: optional(
      oneOf(['works', 'refused']),
      'What QEMU makes of it: `refused` for a composition that it must not accept; without it `works`',
    ),
    takes: optional(time, 'About how long `lab test` takes under emulation, such as 40s or 2m'),
    networks: optional(
      z.record(name, network, { error: 'must be a mapping: network names, each with its settings' }),
      'The networks by name: Linux bridges in the lab’s own namespace',
    ),
    peers: optional(
      z.record(name, peer, { error: 'must be a mapping: peer names, each with its network' }),
      'Hosts outside the machines, by name',
    ),
    images: optional(
      z.record(name, image, { error: 'must be a mapping: image names, each with its base' }),
      'Images of the lab’s own by name, for machines to boot',
    ),
    machines: z
      .record(name, machine, {
        error: 'must be a mapping: machine names, each with what it is, such as `guest: { image: micro }`',
      })
      .describe('The virtual machines by name'),
    checks: optional(
      z.array(check, { error: 'must be a list of checks' }),
      'What `lab test` proves: names of checks, or a check with its parameters',
    ),
    bench: optional(bench, 'The two ways out of a container that `lab bench` compares'),
  },
  { error: 'must be a mapping with `machines` in it; labs/quickstart/lab.yaml shows one' },
);
