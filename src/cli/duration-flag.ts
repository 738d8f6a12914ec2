import * as Flags from '@oclif/core/flags';
import type * as Interfaces from '@oclif/core/interfaces';
import { UsageError } from '../errors/families.js';

const SECONDS_PER_UNIT = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
type Unit = keyof typeof SECONDS_PER_UNIT;

const EXAMPLES = {
  s: '40s or 10m; a number alone is in seconds',
  d: '30d or 12h; a number alone is in days',
} as const;

interface Limits {
  /** The unit of a number alone. */
  readonly unit: keyof typeof EXAMPLES;
  /** In that unit. */
  readonly min: number;
  readonly max?: number;
}

function secondsOf(text: string, unit: Unit): number | undefined {
  const [, number, written = unit] = /^(\d{1,7})([smhd])?$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * SECONDS_PER_UNIT[written as Unit];
}

/** The parser of a flag that is a time, such as `40s` or `10m`, as in definitions. Gives the time in `unit`. */
function parserOf({ unit, min, max = Number.POSITIVE_INFINITY }: Limits) {
  return async (text: string, _: unknown, flag: { readonly name: string }): Promise<number> => {
    const seconds = secondsOf(text, unit);
    const inUnit = seconds === undefined ? undefined : seconds / SECONDS_PER_UNIT[unit];
    if (inUnit !== undefined && inUnit >= min && inUnit <= max) return Promise.resolve(inUnit);
    const limit =
      max === Number.POSITIVE_INFINITY ? `at least ${min}${unit}` : `from ${min}${unit} to ${max}${unit}`;
    throw new UsageError({
      code: 'LAB-USAGE',
      message:
        inUnit === undefined
          ? `--${flag.name}: \`${text}\` is not a time`
          : `--${flag.name} must be ${limit}, not ${text}`,
      hint: `write a time such as ${EXAMPLES[unit]}`,
    });
  };
}

/** A flag that is a time. Its value is in `unit`. */
export function durationFlag(
  limits: Limits,
  text: { readonly description: string; readonly dependsOn?: string[] },
): Interfaces.OptionFlag<number | undefined> {
  return Flags.custom<number>({ ...text, helpValue: 'TIME', parse: parserOf(limits) })();
}
