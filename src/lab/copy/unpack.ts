import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Unpack } from 'tar';

/** Bits of a file's mode that are kept: not those that give its owner's rights to others. */
const KEPT_MODE = 0o777;

export interface Unpacked {
  /** What was not made, each with its reason. */
  readonly leftOut: readonly string[];
}

interface Entry {
  readonly path: string;
  readonly type?: string;
  readonly linkpath?: string;
  mode?: number | undefined;
}

function isAbsoluteLink({ type, linkpath = '' }: Entry): boolean {
  return type === 'SymbolicLink' && linkpath.startsWith('/');
}

/**
 * Unpacks a tar archive from somebody who is not trusted into a folder. Nothing is written outside the folder, through whatever links, and
 * nothing in it leads outside: such entries, devices and sockets are left out. Throws if the archive is damaged or cut off, or if a file
 * cannot be written.
 */
export async function unpack(archive: Readable, folder: string): Promise<Unpacked> {
  const leftOut: string[] = [];
  let failure: Error | undefined;
  const unpacking = new Unpack({
    cwd: folder,
    // A guest's users are not this computer's.
    preserveOwner: false,
    filter: (path, entry) => {
      if (!isAbsoluteLink(entry as Entry)) return true;
      leftOut.push(`${path}: a link that leads out of the folder`);
      return false;
    },
    onReadEntry: (entry) => {
      if (entry.mode !== undefined) entry.mode &= KEPT_MODE;
    },
    onwarn: (code, message, data) => {
      const { entry, syscall } = data as { readonly entry?: Entry; readonly syscall?: string };
      if (code === 'TAR_ENTRY_INFO') return;
      if (syscall !== undefined || entry === undefined)
        failure ??= Object.assign(new Error(message), {
          code: (data as { readonly code?: string }).code,
          syscall,
        });
      else leftOut.push(`${entry.path}: ${message}`);
    },
  });
  await pipeline(archive, unpacking as unknown as NodeJS.WritableStream);
  if (failure !== undefined) throw failure;
  return { leftOut };
}
