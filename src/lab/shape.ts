import { z } from 'zod';
import type { LabFile } from '../model/lab-file.js';

const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,14}$/,
    'must be a name: a small letter, then at most 14 small letters, digits and dashes',
  );
const mac = z
  .string()
  .regex(/^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/i, 'must be a unicast MAC address such as 52:54:00:12:34:56');
const mtu = z.int().min(68).max(65535);
const octet = '(25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const ipv4 = `${octet}(\\.${octet}){3}`;
const address = z.string().regex(new RegExp(`^${ipv4}$`), 'must be an IPv4 address such as 10.0.0.1');
const subnet = z
  .string()
  .regex(new RegExp(`^${ipv4}/(\\d|[12]\\d|30)$`), 'must be an IPv4 network such as 10.0.0.0/24');
const line = z.string().regex(/^[^\p{Cc}]*$/u, 'must be one line without control characters');

const backend = z.union(
  [z.literal('user'), z.strictObject({ user: z.strictObject({}).nullable() }), z.strictObject({ tap: name })],
  {
    error: 'must be `user` or `{ tap: NETWORK }`',
  },
);

const nicFunction = z.strictObject({ mac: mac.optional(), mtu: mtu.optional(), backend: backend.optional() });

const nic = z.strictObject({
  model: z.string().optional(),
  backend,
  mac: mac.optional(),
  mtu: mtu.optional(),
  vfs: z
    .union([z.int().min(0).max(255), z.array(nicFunction).max(255)], {
      error: 'must be a number from 0 to 255 or a list of VFs',
    })
    .optional(),
});

const machine = z.strictObject({
  image: line.min(1).optional(),
  cpus: z.int().min(1).max(64).optional(),
  memory: z
    .string()
    .regex(/^[1-9]\d{0,6}[MG]$/, 'must be a size such as 512M or 4G')
    .optional(),
  kernelArguments: z
    .array(z.string().regex(/^[\x21-\x7e]+$/, 'must be one kernel argument: printable ASCII without spaces'))
    .optional(),
  nics: z.record(name, nic).optional(),
});

const parameters = z.record(z.string(), z.union([z.number(), z.string()])).nullable();
const check = z.union([z.string(), z.record(z.string(), parameters)], {
  error: 'must be the name of a check, or a check with its parameters',
});

/** The shape of a definition; what the parts say of each other is in rules.ts. */
export const labShape: z.ZodType<LabFile> = z.strictObject({
  name: name.optional(),
  summary: line.optional(),
  networks: z
    .record(name, z.strictObject({ subnet: subnet.optional(), mtu: mtu.optional() }).nullable())
    .optional(),
  peers: z.record(name, z.strictObject({ network: name, address: address.optional() })).optional(),
  machines: z.record(name, machine),
  checks: z.array(check).optional(),
});
