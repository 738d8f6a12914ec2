import * as z from 'zod';

// Every message completes the sentence that begins with `it`: shape-problems.ts shows them as what to do next, and
// docs/definition.md as the values of a setting.

/** What documentation says of a setting. */
export interface SettingText {
  readonly what: string;
  /** What holds when it is left out; empty for a setting that must be there. */
  readonly fallback: string;
}

/** The text of every setting, by its shape. */
export const settingTexts = z.registry<SettingText>();

function described<T extends z.ZodType>(schema: T, what: string, fallback: string): T {
  const whole = schema.describe(fallback === '' ? what : `${what}; default: ${fallback}`);
  settingTexts.add(whole, { what, fallback });
  return whole;
}

/** A setting that must be there. */
export function required<T extends z.ZodType>(schema: T, what: string): T {
  return described(schema, what, '');
}

/** A setting that may be left out, and what holds then. */
export function optional<T extends z.ZodType>(schema: T, what: string, fallback: string): z.ZodOptional<T> {
  return described(schema.optional(), what, fallback);
}

/** A setting that is `value` when it is left out. */
export function withDefault<T extends z.ZodType>(
  schema: T,
  value: z.util.NoUndefined<z.output<T>>,
  what: string,
  fallback = String(value),
): z.ZodDefault<T> {
  return described(schema.default(value), what, fallback);
}

/** Text of a pattern. Patterns have no flags: JSON Schema has none (json-schema.ts). */
export function text(pattern: RegExp, error: string): z.ZodString {
  return z.string({ error }).regex(pattern, { error });
}

/** A number without a fraction. */
export function wholeNumber(min: number, max: number): z.ZodNumber {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

/** `true` or `false`. */
export function yesOrNo(): z.ZodBoolean {
  return z.boolean({ error: 'must be true or false' });
}

/** `a`, `b` or `c`. */
function choice(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  return [quoted.slice(0, -1).join(', '), ...quoted.slice(-1)].join(' or ');
}

/** One of some words. */
export function oneOf<const T extends readonly [string, ...string[]]>(
  choices: T,
): z.ZodEnum<{ [K in T[number]]: K }> {
  return z.enum(choices, { error: `must be ${choice(choices)}` });
}

function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A mapping from names to values. It is checked whole: a wrong name does not hide what is wrong with the value below it. */
export function mapping<T extends z.ZodType>(
  names: z.ZodString,
  values: T,
  error: string,
): z.ZodRecord<z.ZodString, T> {
  const namesFit = z.check<Record<string, unknown>>(({ value, issues }) => {
    for (const key of Object.keys(value)) {
      const parsed = names.safeParse(key);
      if (!parsed.success)
        issues.push({
          code: 'invalid_key',
          origin: 'record',
          issues: parsed.error.issues,
          input: value,
          path: [key],
        });
    }
  });
  // Zod skips checks once a value is wrong.
  namesFit._zod.def.when = ({ value }) => isMapping(value);
  return z
    .record(z.string(), values, { error })
    .check(namesFit)
    .meta({
      // Worked out only for a JSON Schema: every start would have to wait for it.
      get propertyNames() {
        const pattern = Object.entries(z.toJSONSchema(names, { target: 'draft-7' }));
        return Object.fromEntries(pattern.filter(([key]) => key !== '$schema'));
      },
    });
}

/** The name of a lab or of a part of one. */
export const name = text(
  /^[a-z][a-z0-9-]{0,14}$/,
  'must be a name: a lowercase letter, then at most 14 lowercase letters, digits and dashes',
);
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
const LINE = '[^\\u0000-\\u001f\\u007f-\\u009f]';
export const line = text(new RegExp(`^${LINE}*$`), 'must be one line of text without control characters');

/** One line that is not empty: a name that somebody else has given. */
export function nonEmptyLine(error: string): z.ZodString {
  return text(new RegExp(`^${LINE}+$`), error);
}

export const size = text(/^[1-9]\d{0,6}[MG]$/, 'must be a size such as 512M or 4G');
export const time = text(/^[1-9]\d{0,3}[sm]$/, 'must be a time such as 40s or 2m');

export const vlan = wholeNumber(1, 4094);
