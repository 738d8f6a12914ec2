import * as z from 'zod';
import type { FunctionsFile } from '../model/lab-file.js';
import { line, mac, mtu, name, oneOf, optional, size, text, vlan, wholeNumber } from './shape-words.js';

const ADDR = 'must be a place on a PCI bus, DEVICE.FUNCTION in hexadecimal, such as 0.1 or 1f.7';
const BUS = 'must be the name of one of the machine’s `buses`, or pcie.0';

const backend = z.union(
  [
    z.literal('user').describe('QEMU’s built-in user-mode network, one for each function'),
    z.strictObject({
      user: z
        .strictObject({}, { error: 'must be left empty: the user network has no settings' })
        .nullable()
        .describe('It has no settings'),
    }),
    z.strictObject({
      tap: name.describe('The network whose bridge the tap is on'),
      vlan: optional(vlan, 'The VLAN of its port, on a network with VLANs'),
      vhost: optional(
        oneOf(['auto', 'on', 'off']),
        'Whether the kernel’s vhost-net moves the packets; auto, the default: when it can be opened',
      ),
    }),
    z.strictObject({
      vdpa: text(
        /^(\/dev\/vhost-vdpa-\d{1,4}|[a-z][a-z0-9-]{0,14}(\.[a-z][a-z0-9-]{0,14})?)$/,
        'must be a function of the machine around this one (pf0.vf1), or a device such as /dev/vhost-vdpa-0',
      ).describe('The vDPA device: a function of the machine that this one is `on`, or a character device'),
    }),
  ],
  { error: 'must be `user`, `{ tap: NETWORK }` or `{ vdpa: FUNCTION }`' },
);

const addr = z.union(
  [
    // YAML reads 0.1 as a number; whether it is a place the rules say (rules/nics.ts).
    z.number({ error: ADDR }).min(0, { error: ADDR }).max(19.7, { error: ADDR }),
    text(/^[01]?[0-9a-fA-F](\.[0-7])?$/, ADDR),
  ],
  { error: ADDR },
);

const propertyName = text(/^[a-z][a-zA-Z0-9_-]{0,31}$/, 'must be the name of a property of the QEMU device');
const propertyValue = z.union(
  [z.boolean(), z.number().int(), text(/^[A-Za-z0-9][A-Za-z0-9._:+-]{0,31}$/, 'must be a plain word')],
  { error: 'must be a number, true, false, or a plain word' },
);

/** What every function may set. */
const functionSettings = {
  mac: optional(mac, 'Its MAC address; without it one is derived from the names'),
  queues: optional(wholeNumber(1, 16), 'Pairs of a receive and a transmit queue; without it 1'),
  vectors: optional(wholeNumber(0, 64), 'MSI-X vectors; without it what QEMU gives'),
  bus: optional(
    text(/^([a-z][a-z0-9-]{0,14}|pcie\.0)$/, BUS),
    'The bus that it is on; without it a root port of the NIC’s own',
  ),
  addr: optional(addr, 'Its place on the bus, DEVICE.FUNCTION; without it the next free one'),
  properties: optional(
    z.record(propertyName, propertyValue, { error: 'must be a mapping: properties, each with its value' }),
    'Further properties of its QEMU device, as `-device MODEL,help` lists them',
  ),
};

const nicFunction = z.strictObject(
  {
    ...functionSettings,
    mtu: optional(mtu, 'Its MTU in bytes; without it the NIC’s'),
    backend: optional(backend, 'Where its packets go; without it to the NIC’s backend'),
    model: optional(line, 'The model of a VF, when it is to differ from the NIC’s'),
    pf: optional(name, 'The PF of a VF, when it is to be another than the NIC that it stands under'),
  },
  { error: 'must be a mapping that describes a function; `{}` leaves everything open' },
);

function functions(what: string, min: number, max: number): z.ZodType<FunctionsFile> {
  const error = `must be a whole number from ${min} to ${max}, or a list or mapping of ${what}`;
  return z.union(
    [
      wholeNumber(min, max),
      z.array(nicFunction).max(max, { error: `must be a list of at most ${max} ${what}` }),
      z.record(name, nicFunction.nullable()),
    ],
    { error },
  );
}

/** The shape of a NIC with its functions. */
export const nic = z.strictObject(
  {
    ...functionSettings,
    model: optional(line, 'The model that QEMU emulates; without it virtio-net'),
    backend: optional(
      backend,
      'Where the packets of the PF go, and of each VF that names none; a NIC needs one',
    ),
    order: optional(
      oneOf(['vfs-first', 'pf-first']),
      'The order in which QEMU is told of the functions; without it vfs-first, as QEMU wants it',
    ),
    mtu: optional(mtu, 'The MTU in bytes; without it the network’s'),
    size: optional(size, 'Capacity of a storage device, such as 64M; without it 64M'),
    vfs: optional(
      functions('VFs', 0, 255),
      'The VFs that the PF can create: their number, or the settings of each in a list or by name',
    ),
    functions: optional(
      functions('functions', 1, 8),
      'All functions of a conventional multifunction device: their number, or the settings of each',
    ),
  },
  { error: 'must be a mapping that describes a NIC, such as `{ backend: user, vfs: 3 }`' },
);
