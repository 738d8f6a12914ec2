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

const name = text(/^[a-z][a-z0-9-]{0,14}$/, NAME);
const mac = text(
  /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/i,
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
const line = text(/^[^\p{Cc}]*$/u, 'must be one line of text without control characters');

const backend = z.union(
  [z.literal('user'), z.strictObject({ user: z.strictObject({}).nullable() }), z.strictObject({ tap: name })],
  { error: 'must be `user` or `{ tap: NETWORK }`' },
);

const nicFunction = z.strictObject(
  { mac: mac.optional(), mtu: mtu.optional(), backend: backend.optional() },
  { error: 'must be a mapping that describes a VF; `{}` leaves everything open' },
);

const nic = z.strictObject(
  {
    model: line.optional(),
    backend,
    mac: mac.optional(),
    mtu: mtu.optional(),
    vfs: z
      .union(
        [wholeNumber(0, 255), z.array(nicFunction).max(255, { error: 'must be a list of at most 255 VFs' })],
        { error: 'must be a whole number from 0 to 255, or a list of VFs' },
      )
      .optional(),
  },
  { error: 'must be a mapping that describes a NIC, such as `{ backend: user, vfs: 3 }`' },
);

const kernelArgument = text(
  /^[\x21-\x7e]+$/,
  'must be one kernel argument: printable ASCII without spaces; write one list entry for each',
);

const machine = z.strictObject(
  {
    image: line.min(1, { error: 'must be the name of an image' }).optional(),
    cpus: wholeNumber(1, 64).optional(),
    memory: text(/^[1-9]\d{0,6}[MG]$/, 'must be a size such as 512M or 4G').optional(),
    kernelArguments: z.array(kernelArgument, { error: 'must be a list of kernel arguments' }).optional(),
    nics: z.record(name, nic, { error: 'must be a mapping: NIC names, each with what it is' }).optional(),
  },
  { error: 'must be a mapping that describes a machine, such as `{ image: micro }`' },
);

const network = z
  .strictObject(
    { subnet: subnet.optional(), mtu: mtu.optional() },
    { error: 'must be a mapping such as `{ subnet: 10.0.0.0/24 }`, or nothing' },
  )
  .nullable();

const peer = z.strictObject(
  { network: name, address: address.optional() },
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
    name: name.optional(),
    summary: line.optional(),
    networks: z
      .record(name, network, { error: 'must be a mapping: network names, each with its settings' })
      .optional(),
    peers: z.record(name, peer, { error: 'must be a mapping: peer names, each with its network' }).optional(),
    machines: z.record(name, machine, {
      error: 'must be a mapping: machine names, each with what it is, such as `guest: { image: micro }`',
    }),
    checks: z.array(check, { error: 'must be a list of checks' }).optional(),
  },
  { error: 'must be a mapping with `machines` in it; labs/quickstart/lab.yaml shows one' },
);
