import * as z from 'zod';
import type { DeepReadonly } from '../model/deep-readonly.js';

const backend = z.discriminatedUnion('type', [
  z.object({ type: z.literal('user') }),
  z.object({
    type: z.literal('tap'),
    network: z.string(),
    ifname: z.string(),
    vlan: z.int().nullable(),
  }),
  z.object({ type: z.literal('vdpa'), device: z.string(), of: z.string().nullable() }),
]);

const nicFunction = z
  .object({
    name: z.string(),
    id: z.string(),
    model: z.string(),
    bdf: z.string(),
    mac: z.string().nullable(),
    address: z.string().nullable(),
    mtu: z.int(),
    queues: z.int(),
    backend: backend.nullable(),
    segment: z.object({ network: z.string() }).nullable(),
    sriovPf: z.string().nullable(),
  })
  .meta({ id: 'function' });

const nic = z.object({
  name: z.string(),
  model: z.string(),
  sizeMiB: z.number().nullable(),
  pf: nicFunction,
  vfs: z.array(nicFunction),
  siblings: z.array(nicFunction),
});

const machine = z.object({
  name: z.string(),
  on: z.string().nullable(),
  image: z.string(),
  cpus: z.int(),
  memoryMiB: z.number(),
  nics: z.array(nic),
});

const server = z.object({
  name: z.string(),
  pfs: z.array(
    z.object({
      nic: z.string(),
      bdf: z.string(),
      eswitch: z.enum(['legacy', 'switchdev']).nullable(),
      vfs: z.array(z.string()),
    }),
  ),
});

const kubernetes = z.object({
  version: z.string(),
  controlPlane: z.object({
    on: z.union([z.object({ peer: z.string() }), z.object({ machine: z.string() })]),
    uplink: z.string().nullable().default(null),
    clients: z.string().nullable().default(null),
    address: z.string(),
  }),
  nodes: z.array(
    z.object({
      machine: z.string(),
      uplink: z.string(),
      address: z.string(),
      pods: z.string(),
      pools: z.array(
        z.object({ nic: z.string(), resource: z.string(), vlan: z.number().nullable().default(null) }),
      ),
    }),
  ),
});

/** Names are what `on` refers to: if two machines had the same one, a machine could be inside itself. */
function haveDifferentNames(machines: readonly { readonly name: string }[]): boolean {
  return new Set(machines.map(({ name }) => name)).size === machines.length;
}

/**
 * What a drawing shows of a lab. Parsing a resolved lab with it leaves out the rest, so a kept result does not depend on what else a
 * lab has. A key that is added later needs a default, or results kept before cannot be read any more.
 */
export const topologyShape = z.object({
  name: z.string(),
  summary: z.string(),
  expect: z.enum(['works', 'refused']),
  networks: z.array(
    z.object({
      name: z.string(),
      on: z.string().nullable(),
      uplink: z.string().nullable(),
      bridge: z.string(),
      subnet: z.string(),
      mtu: z.int(),
      vlans: z.array(z.int()),
    }),
  ),
  peers: z.array(
    z.object({
      name: z.string(),
      network: z.string(),
      address: z.string(),
      mac: z.string(),
      vlan: z.int().nullable(),
    }),
  ),
  machines: z.array(machine).refine(haveDifferentNames, 'two machines have the same name'),
  kubernetes: kubernetes.nullable().default(null),
  server: server.nullable().default(null),
});

/** The part of a resolved lab that a drawing shows; every `Lab` is one. */
export type Topology = DeepReadonly<z.infer<typeof topologyShape>>;
export type TopologyKubernetes = NonNullable<Topology['kubernetes']>;
export type TopologyNic = Topology['machines'][number]['nics'][number];
export type TopologyFunction = TopologyNic['pf'];
export type TopologyBackend = NonNullable<TopologyFunction['backend']>;
