import { UsageError } from '../../errors/families.js';

/** One side of a copy; `member` is null for a path on this computer. */
export interface CopyPlace {
  readonly member: string | null;
  readonly path: string;
}

/** `MACHINE:PATH`, or a path here: one with a colon of its own begins with `/` or `./`. */
export function copyPlace(text: string): CopyPlace {
  const [, member, path] = /^([^/.:][^/:]*):(.*)$/s.exec(text) ?? [];
  return member === undefined ? { member: null, path: text } : { member, path: path ?? '' };
}

/** What is copied, and which way. */
export interface CopyRequest {
  readonly member: string;
  /** In the machine or peer. */
  readonly there: string;
  /** On this computer. */
  readonly here: string;
  readonly direction: 'in' | 'out';
}

/** Throws UsageError unless exactly one of both is in a machine or a peer. */
export function copyRequest(from: string, to: string): CopyRequest {
  const [source, target] = [copyPlace(from), copyPlace(to)];
  if (source.member !== null && target.member === null)
    return { member: source.member, there: pathIn(source, from), here: target.path, direction: 'out' };
  if (source.member === null && target.member !== null)
    return { member: target.member, there: pathIn(target, to), here: source.path, direction: 'in' };
  throw new UsageError({
    code: 'LAB-USAGE',
    message:
      source.member === null
        ? 'neither of both is in a machine or a peer'
        : 'both are in a machine or a peer; one has to be on this computer',
    hint: 'write MACHINE:PATH for the one in the lab: lab cp quickstart guest:/etc/os-release . (a path here that has a colon begins with ./)',
  });
}

function pathIn({ path }: CopyPlace, text: string): string {
  if (path !== '') return path;
  throw new UsageError({
    code: 'LAB-USAGE',
    message: `\`${text}\` has no path after the colon`,
    hint: `name the file or folder there: ${text}/tmp/file`,
  });
}
