import { z } from 'zod';
import type { FunctionsFile, LabFile } from '../model/lab-file.js';

// Every message completes the sentence that begins with `it`: validate.ts shows them as what to do next.

const ADDR = 'must be a place on a PCI bus, DEVICE.FUNCTION in hexadecimal, such as 0.1 or 1f.7';
const BUS = 'must be the name of one of the machine’s `buses`, or pcie.0';
const NAME = 'must be a name: a small letter, then at most 14 small letters, digits and dashes';

function text(pattern: RegExp, error: string): z.ZodString {
  return z.string({ error }).regex(pattern, { error });
}

function wholeNumber(min: number, max: number): z.ZodNumber {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

/** A key that may be left out, with what editors show for it. */
function optional<T extends z.ZodType>(schema: T, description: string): z.ZodOptional<T> {
  return schema.describe(description).optional();
}

// Patterns have no flags: JSON Schema knows none (json-schema.ts).
const name = text(/^[a-z][a-z0-9-]{0,14}$/, NAME);
const mac = text(
  /^[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}$/,
  'must be a unicast MAC address such as 52:54:00:12:34:56',
);
const mtu = wholeNumber(68, 65535);
const octet = '(25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const ipv4 = `${octet}(\\.${octet}){3}`;
const address = text(new RegExp(`^${ipv4}$`), 'must be an IPv4 address such as 10.0.0.1');
const subnet = text(
  new RegExp(`^${ipv4}/(\\d|[12]\\d|30)$`),
  'must be an IPv4 network such as 10.0.0.0/24, with a prefix length of at most 30',
);
// eslint-disable-next-line no-control-regex -- these are the characters that it excludes
const line = text(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must be one line of text without control characters');
const size = text(/^[1-9]\d{0,6}[MG]$/, 'must be a size such as 512M or 4G');
const time = text(/^[1-9]\d{0,3}[sm]$/, 'must be a time such as 40s or 2m');

const vlan = wholeNumber(1, 4094);
const word = (choices: readonly [string, ...string[]]): string =>
  choices.map((one) => `\`${one}\``).join(' or ');

function oneOf<const T extends readonly [string, ...string[]]>(
  choices: T,
): z.ZodEnum<{ [K in T[number]]: K }> {
  return z.enum(choices, { error: `must be ${word(choices)}` });
}

const backend = z.union(
  [
    z.literal('user').describe('QEMU’s built-in user-mode network, one for each function'),
    z.strictObject({ user: z.strictObject({}).nullable().describe('It has no settings') }),
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

const nic = z.strictObject(
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

const kernelArgument = text(
  /^[\x21-\x7e]+$/,
  'must be one kernel argument: printable ASCII without spaces; write one list entry for each',
);

const machine = z.strictObject(
  {
    on: optional(name, 'The machine that it runs inside; without it this computer'),
    image: optional(
      line.min(1, { error: 'must be the name of an image' }),
      'What it boots; without it micro',
    ),
    cpus: optional(wholeNumber(1, 64), 'Virtual CPUs; without it 2'),
    memory: optional(size, 'Memory, in MiB (512M) or GiB (4G); without it enough for its functions'),
    kernelArguments: optional(
      z.array(kernelArgument, { error: 'must be a list of kernel arguments' }),
      'Added to the kernel’s command line, one list entry each',
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

const network = z
  .strictObject(
    {
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
    machines: z
      .record(name, machine, {
        error: 'must be a mapping: machine names, each with what it is, such as `guest: { image: micro }`',
      })
      .describe('The virtual machines by name'),
    checks: optional(
      z.array(check, { error: 'must be a list of checks' }),
      'What `lab test` proves: names of checks, or a check with its parameters',
    ),
  },
  { error: 'must be a mapping with `machines` in it; labs/quickstart/lab.yaml shows one' },
);
