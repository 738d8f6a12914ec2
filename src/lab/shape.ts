import { z } from 'zod';
import type { LabFile } from '../model/lab-file.js';

// Every message completes the sentence that begins with `it`: validate.ts shows them as what to do next.

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
const time = text(/^[1-9]\d{0,3}[sm]$/, 'must be a time such as 40s or 2m');

const backend = z.union(
  [
    z.literal('user').describe('QEMU’s built-in user-mode network, one for each function'),
    z.strictObject({ user: z.strictObject({}).nullable().describe('It has no settings') }),
    z.strictObject({ tap: name.describe('The network whose bridge the tap is on') }),
  ],
  { error: 'must be `user` or `{ tap: NETWORK }`' },
);

const nicFunction = z.strictObject(
  {
    mac: optional(mac, 'The VF’s MAC address; without it one is derived from the names'),
    mtu: optional(mtu, 'The VF’s MTU in bytes; without it the NIC’s'),
    backend: optional(backend, 'Where the VF’s packets go; without it the NIC’s backend'),
  },
  { error: 'must be a mapping that describes a VF; `{}` leaves everything open' },
);

const nic = z.strictObject(
  {
    model: optional(line, 'The model that QEMU emulates; without it virtio-net'),
    backend: backend.describe('Where the packets of the PF go, and of each VF that names none'),
    mac: optional(mac, 'The PF’s MAC address; without it one is derived from the names'),
    mtu: optional(mtu, 'The MTU in bytes; without it the network’s'),
    vfs: optional(
      z.union(
        [wholeNumber(0, 255), z.array(nicFunction).max(255, { error: 'must be a list of at most 255 VFs' })],
        { error: 'must be a whole number from 0 to 255, or a list of VFs' },
      ),
      'The VFs that the PF can create: their number, or a list with the settings of each',
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
    image: optional(
      line.min(1, { error: 'must be the name of an image' }),
      'What it boots; without it micro',
    ),
    cpus: optional(wholeNumber(1, 64), 'Virtual CPUs; without it 2'),
    memory: optional(
      text(/^[1-9]\d{0,6}[MG]$/, 'must be a size such as 512M or 4G'),
      'Memory, in MiB (512M) or GiB (4G); without it enough for its functions',
    ),
    kernelArguments: optional(
      z.array(kernelArgument, { error: 'must be a list of kernel arguments' }),
      'Added to the kernel’s command line, one list entry each',
    ),
    nics: optional(
      z.record(name, nic, { error: 'must be a mapping: NIC names, each with what it is' }),
      'Its NICs by name, each behind a PCIe root port of its own',
    ),
  },
  { error: 'must be a mapping that describes a machine, such as `{ image: micro }`' },
);

const network = z
  .strictObject(
    {
      subnet: optional(subnet, 'IPv4 in CIDR notation; without it 10.64.0.0/16, 10.65.0.0/16 and so on'),
      mtu: optional(mtu, 'The MTU of the bridge and of what is on it, in bytes; without it 1500'),
    },
    { error: 'must be a mapping such as `{ subnet: 10.0.0.0/24 }`, or nothing' },
  )
  .nullable();

const peer = z.strictObject(
  {
    network: name.describe('The network that it is on'),
    address: optional(address, 'Its IPv4 address in the network’s subnet; without it the next free one'),
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
