import * as z from 'zod';

// Every message completes the sentence that begins with `it`: shape-problems.ts shows them as what to do next.

const NAME = 'must be a name: a small letter, then at most 14 small letters, digits and dashes';

export function text(pattern: RegExp, error: string): z.ZodString {
  return z.string({ error }).regex(pattern, { error });
}

export function wholeNumber(min: number, max: number): z.ZodNumber {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

/** A key that may be left out, with what editors show for it. */
export function optional<T extends z.ZodType>(schema: T, description: string): z.ZodOptional<T> {
  return schema.describe(description).optional();
}

// Patterns have no flags: JSON Schema knows none (json-schema.ts).
/** The name of a lab or of a part of one. */
export const name = text(/^[a-z][a-z0-9-]{0,14}$/, NAME);
export const mac = text(
  /^[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}$/,
  'must be a unicast MAC address such as 52:54:00:12:34:56',
);
export const mtu = wholeNumber(68, 65535);
const octet = '(25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const ipv4 = `${octet}(\\.${octet}){3}`;
export const address = text(new RegExp(`^${ipv4}$`), 'must be an IPv4 address such as 10.0.0.1');
export const subnet = text(
  new RegExp(`^${ipv4}/(\\d|[12]\\d|30)$`),
  'must be an IPv4 network such as 10.0.0.0/24, with a prefix length of at most 30',
);
export const line = text(
  // eslint-disable-next-line no-control-regex -- these are the characters that it excludes
  /^[^\u0000-\u001f\u007f-\u009f]*$/,
  'must be one line of text without control characters',
);
export const size = text(/^[1-9]\d{0,6}[MG]$/, 'must be a size such as 512M or 4G');
export const time = text(/^[1-9]\d{0,3}[sm]$/, 'must be a time such as 40s or 2m');

export const vlan = wholeNumber(1, 4094);

/** `a`, `b` or `c`. */
function choice(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  return [quoted.slice(0, -1).join(', '), ...quoted.slice(-1)].join(' or ');
}

export function oneOf<const T extends readonly [string, ...string[]]>(
  choices: T,
): z.ZodEnum<{ [K in T[number]]: K }> {
  return z.enum(choices, { error: `must be ${choice(choices)}` });
}
