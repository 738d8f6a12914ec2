import type { CLIError } from '@oclif/core/errors';
import type * as Interfaces from '@oclif/core/interfaces';
import { UsageError } from '../errors/families.js';
import { nearest } from '../model/nearest.js';
import { quoteForShell } from '../render/quote.js';

/** The command that is used wrongly. */
interface Used {
  /** Its words, separated by colons. */
  readonly id: string;
  readonly argv: readonly string[];
  /** How many words come before the command line that it passes on to another program; undefined if it passes none on. */
  readonly passesOn: number | undefined;
}

/** Where to find help, and that a flag with several values takes every word that follows, which none of lab's does. */
const NOT_FOR_LAB = /\n+(Note: --|See more help with --help)[^]*$/;

type KnownFlags = Readonly<Record<string, Interfaces.FlagInput[string]>>;

/** The framework's error about flags that a command does not have. */
interface UnknownFlags {
  readonly flags: readonly string[];
  readonly parse: { readonly input: { readonly flags: KnownFlags } };
}

function isAboutUnknownFlags(thrown: object): thrown is UnknownFlags {
  return 'flags' in thrown && Array.isArray(thrown.flags);
}

/** `--check=traffic` is the flag `--check`. */
function flagName(word: string): string {
  return word.split('=')[0] ?? '';
}

function takesValue(word: string, known: KnownFlags): boolean {
  return !word.includes('=') && known[flagName(word).replace(/^--/, '')]?.type === 'option';
}

/** The command line with `--` where the one that is passed on begins; undefined if that has no flag, or there is a `--` already. */
function withDashes({ argv, passesOn }: Used, known: KnownFlags): string[] | undefined {
  if (passesOn === undefined || argv.includes('--')) return undefined;
  let words = 0;
  for (const [index, word] of argv.entries()) {
    const isValue = index > 0 && takesValue(argv[index - 1] ?? '', known);
    if (isValue || word.startsWith('-')) continue;
    words += 1;
    if (words > passesOn) return [...argv.slice(0, index), '--', ...argv.slice(index)];
  }
  return undefined;
}

function unknownFlagHint(flags: readonly string[], known: KnownFlags): string | undefined {
  const names = Object.keys(known).map((name) => `--${name}`);
  const meant = flags.map((flag) => nearest(flagName(flag), names));
  const found = meant.filter((name) => name !== undefined);
  return found.length === 0 ? undefined : `did you mean ${found.map((name) => `\`${name}\``).join(' and ')}?`;
}

/** One of the framework's errors about flags and arguments, with what to do about it. */
export function usageError(thrown: CLIError, used: Used): UsageError {
  const name = used.id.replaceAll(':', ' ');
  const message = thrown.message.replace(NOT_FOR_LAB, '').trim();
  const help = `see lab help ${name}`;
  if (!isAboutUnknownFlags(thrown)) return new UsageError({ code: 'LAB-USAGE', message, hint: help });
  const known = thrown.parse.input.flags;
  const corrected = withDashes(used, known)?.map(quoteForShell).join(' ');
  return new UsageError({
    code: 'LAB-USAGE',
    message: corrected === undefined ? message : `${thrown.flags.join(', ')}: not a flag of lab ${name}`,
    hint:
      corrected === undefined
        ? (unknownFlagHint(thrown.flags, known) ?? help)
        : `put -- first: lab ${name} ${corrected}`,
  });
}
