import * as z from 'zod';
import { DEFAULT_NIC_MODEL } from '../devices/catalog.js';
import type { FunctionKey } from '../devices/nic-model.js';
import type { DeepReadonly } from '../model/deep-readonly.js';
import {
  mac,
  mapping,
  mtu,
  name,
  nonEmptyLine,
  oneOf,
  optional,
  required,
  size,
  text,
  vlan,
  wholeNumber,
} from '../model/shape-words.js';
import { DEFAULT_ORDER, DEFAULT_QUEUES, DEFAULT_STORAGE, DEFAULT_VHOST } from './defaults.js';

const ADDR = 'must be a place on a PCI bus, DEVICE.FUNCTION in hexadecimal, such as 0.1, 1f.7 or 0x1f.0x7';
const BUS = 'must be the name of one of the machine’s `buses`, or pcie.0';

/** The shape of a tap. */
export const tap = z.strictObject({
  tap: required(name, 'The network whose bridge the tap is on'),
  vlan: optional(vlan, 'The VLAN of its port, on a network with VLANs', 'none'),
  vhost: optional(
    oneOf(['auto', 'on', 'off']),
    'Whether the kernel’s vhost-net moves the packets; `auto`: if the current user can open it',
    `\`${DEFAULT_VHOST}\``,
  ),
});

const backend = z.union(
  [
    z.literal('user').describe('QEMU’s built-in user-mode network, one for each function'),
    z.strictObject({
      user: z
        .strictObject({}, { error: 'must be left empty: the user network has no settings' })
        .nullable()
        .describe('It has no settings'),
    }),
    tap,
    z.strictObject({
      vdpa: text(
        /^(\/dev\/vhost-vdpa-\d{1,4}|[a-z][a-z0-9-]{0,14}(\.[a-z][a-z0-9-]{0,14})?)$/,
        'must be a function of the outer machine (pf0.vf1), or a device such as /dev/vhost-vdpa-0',
      ).describe('The vDPA device: a function of the machine that this one is `on`, or a character device'),
    }),
  ],
  { error: 'must be `user`, `{ tap: NETWORK }` or `{ vdpa: FUNCTION }`' },
);

const addr = z.union(
  [
    // YAML reads 0.1 as a number; the rules say whether it is a place (rules/nics.ts).
    z.number({ error: ADDR }).min(0, { error: ADDR }).max(19.7, { error: ADDR }),
    text(/^(0[xX])?[01]?[0-9a-fA-F](\.(0[xX])?[0-7])?$/, ADDR),
  ],
  { error: ADDR },
);

const propertyName = text(/^[a-z][a-zA-Z0-9_-]{0,31}$/, 'must be the name of a property of the QEMU device');
const propertyValue = z.union(
  [z.boolean(), z.number().int(), text(/^[A-Za-z0-9][A-Za-z0-9._:+-]{0,31}$/, 'must be a plain word')],
  { error: 'must be a number, true, false, or a plain word' },
);

const model = nonEmptyLine('must be the name of a NIC model');

/** The settings that a NIC and each of its functions may have. */
const functionSettings = {
  mac: optional(mac, 'Its MAC address', 'one is derived from the names'),
  queues: optional(
    wholeNumber(1, 16),
    'Pairs of a receive and a transmit queue',
    `${DEFAULT_QUEUES}, for a VF the NIC’s`,
  ),
  vectors: optional(
    wholeNumber(0, 64),
    'MSI-X vectors',
    'QEMU’s default or what its queues need, for a VF the NIC’s',
  ),
  bus: optional(
    text(/^([a-z][a-z0-9-]{0,14}|pcie\.0)$/, BUS),
    'The bus that it is on',
    'a root port of the NIC’s own, for a VF its PF’s',
  ),
  addr: optional(addr, 'Its place on the bus', 'the next free one'),
  properties: optional(
    mapping(propertyName, propertyValue, 'must be a mapping: properties, each with its value'),
    'Further properties of its QEMU device, as `-device MODEL,help` lists them',
    'none',
  ),
};

const functionKeys = {
  ...functionSettings,
  mtu: optional(mtu, 'Its MTU in bytes', 'the NIC’s'),
  backend: optional(backend, 'Where its packets go', 'the NIC’s'),
  model: optional(model, 'The model of a VF, to show how QEMU rejects another one', 'the NIC’s'),
  pf: optional(name, 'The PF of a VF, to show how QEMU rejects another one', 'the NIC that lists it'),
} satisfies Record<FunctionKey, z.ZodType>;

/** The shape of a function with settings of its own. */
export const nicFunction = z.strictObject(functionKeys, {
  error: 'must be a mapping that describes a function; `{}` sets nothing',
});

type Functions = z.ZodUnion<
  [z.ZodNumber, z.ZodArray<typeof nicFunction>, z.ZodRecord<z.ZodString, z.ZodNullable<typeof nicFunction>>]
>;

/** Their number, or the settings of each: in a list, or by name. */
function functions(what: string, min: number, max: number): Functions {
  const error = `must be a whole number from ${min} to ${max}, or a list or mapping of ${what}`;
  return z.union(
    [
      wholeNumber(min, max),
      z.array(nicFunction).max(max, { error: `must be a list of at most ${max} ${what}` }),
      mapping(name, nicFunction.nullable(), error),
    ],
    { error },
  );
}

/** The shape of a NIC with its functions. */
export const nic = z.strictObject(
  {
    model: optional(model, 'What QEMU emulates', `\`${DEFAULT_NIC_MODEL}\``),
    backend: optional(
      backend,
      'Where the packets of the PF go, and of each VF that names no other',
      'none; a NIC needs one, unless each of its `functions` has its own',
    ),
    vfs: optional(functions('VFs', 0, 255), 'The VFs that the PF can create', 'no VFs'),
    functions: optional(
      functions('functions', 1, 8),
      'All functions of a conventional multifunction device',
      'one function',
    ),
    size: optional(size, 'Capacity of a storage device', `\`${DEFAULT_STORAGE}\``),
    order: optional(
      oneOf(['vfs-first', 'pf-first']),
      'The order in which QEMU is told of the functions; it refuses `pf-first`',
      `\`${DEFAULT_ORDER}\``,
    ),
    ...functionSettings,
    mtu: optional(mtu, 'The MTU in bytes', 'the network’s'),
  },
  { error: 'must be a mapping that describes a NIC, such as `{ backend: user, vfs: 3 }`' },
);

export type NicFile = DeepReadonly<z.input<typeof nic>>;
export type FunctionFile = DeepReadonly<z.input<typeof nicFunction>>;
export type FunctionsFile = DeepReadonly<z.input<Functions>>;
export type BackendFile = DeepReadonly<z.input<typeof backend>>;
