import { UsageError } from '../errors/families.js';
import { readAptSources, type AptSource } from './apt-sources.js';

/** A Debian mirror and who named it. */
export interface Mirror {
  readonly url: string;
  readonly origin: 'option' | 'apt' | 'default';
}

/** mmdebstrap's own default. */
const defaultMirror = 'http://deb.debian.org/debian';

const suites = [
  'oldoldstable',
  'oldstable',
  'stable',
  'testing',
  'unstable',
  'sid',
  'buster',
  'bullseye',
  'bookworm',
  'trixie',
  'forky',
  'duke',
];

/**
 * Chooses the mirror: `wish` (an option), else the first Debian archive in this computer's apt configuration, else mmdebstrap's
 * default. Throws UsageError if `wish` is not a mirror's URL.
 */
export function chooseMirror(
  wish: string | undefined,
  sources: () => readonly AptSource[] = readAptSources,
): Mirror {
  if (wish !== undefined && wish !== '') return { url: checkedUrl(wish), origin: 'option' };
  const own = mirrorOf(sources());
  if (own !== undefined) return { url: own, origin: 'apt' };
  return { url: defaultMirror, origin: 'default' };
}

/** The address of the first source that is the main Debian archive; one whose path ends in /debian is preferred. */
export function mirrorOf(sources: readonly AptSource[]): string | undefined {
  const archives = sources.filter(isDebianArchive);
  const archive = archives.find((source) => /\/debian(\.list)?\/?$/.test(source.uri)) ?? archives[0];
  return archive?.uri;
}

function isDebianArchive(source: AptSource): boolean {
  return (
    source.components.includes('main') &&
    suites.includes(source.suite.replace(/-(updates|backports|proposed-updates)$/, '')) &&
    /^(https?|file|copy|mirror(\+\w+)?):/.test(source.uri) &&
    !source.uri.includes('security') &&
    // Another archive can use Debian's names for its suites, but it is not signed with Debian's keys.
    (source.signedBy === undefined || source.signedBy.includes('debian-archive'))
  );
}

function checkedUrl(text: string): string {
  if (/^(https?|file|copy|mirror(\+\w+)?):\/[^\s"\]]+$/.test(text)) return text;
  throw new UsageError({
    code: 'LAB-TOOLCHAIN-MIRROR-URL',
    message: `the mirror URL is invalid: "${text}"`,
    hint: `give the URL of the directory that contains dists/ and pool/, such as ${defaultMirror}`,
  });
}
