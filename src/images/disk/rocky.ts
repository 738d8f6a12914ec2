import { UsageError } from '../../errors/families.js';
import type { DiskSource } from '../../model/lab.js';

/** Names another place that holds what Rocky's mirrors hold: `9.8/images/x86_64` and so on. */
export const rockyMirrorVariable = 'LAB_ROCKY_MIRROR';

const DEFAULT_MIRROR = 'https://dl.rockylinux.org/pub/rocky';

/**
 * A GenericCloud image of Rocky Linux, by its date. The SHA-256 is the one that public recipes of several authors have for the file;
 * .github/workflows/images.yml compares it with the file CHECKSUM beside the image.
 */
interface RockyImage {
  readonly release: string;
  readonly file: string;
  readonly sha256: string;
}

const images: Readonly<Record<string, RockyImage>> = {
  'rocky-9': {
    release: '9.8',
    file: 'Rocky-9-GenericCloud-Base-9.8-20260525.0.x86_64.qcow2',
    sha256: '92c206cc6f790c61583247eefe87890f8828420662c17cacf247cec78ab4eec8',
  },
  'rocky-10': {
    release: '10.2',
    file: 'Rocky-10-GenericCloud-Base-10.2-20260525.0.x86_64.qcow2',
    sha256: '9fc9e9ff16888bb68ac39b0392e25c9c92684d50c85f1cce6ab549363bbc4b48',
  },
};

function checkedMirror(named: string | undefined): string {
  if (named === undefined) return DEFAULT_MIRROR;
  if (/^https?:\/\/[^\s"']+$/.test(named)) return named.replace(/\/+$/, '');
  throw new UsageError({
    code: 'LAB-IMAGE-MIRROR-URL',
    message: `${rockyMirrorVariable} is not the URL of a mirror: "${named}"`,
    hint: `give the URL of the directory that contains 9.8/images/x86_64 and so on, such as ${DEFAULT_MIRROR}`,
  });
}

/**
 * Where the base of that name can be downloaded; undefined for one that is not Rocky's. `mirror`: the URL of a mirror; undefined:
 * Rocky's own. Throws UsageError for an invalid one.
 */
export function rockySource(
  base: string,
  mirror: string | undefined,
): Extract<DiskSource, { kind: 'download' }> | undefined {
  const image = images[base];
  if (image === undefined) return undefined;
  const { release, file, sha256 } = image;
  return { kind: 'download', url: `${checkedMirror(mirror)}/${release}/images/x86_64/${file}`, sha256 };
}
