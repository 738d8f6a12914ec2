import {
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  type Dirent,
} from 'node:fs';
import { join } from 'node:path';
import { OWN_FILE } from './own-folder.js';
import { unlessReadOnly } from './read-only.js';

/** What is not a file has no size that tells anything. */
const NO_SIZE = -1;

/** By path: the size of each file in bytes, and NO_SIZE for links and all else but folders. */
type Contents = Readonly<Record<string, number>>;

/** Beside the folder, as all that is in it may be copied elsewhere. */
function listOf(folder: string): string {
  return `${folder}.contents.json`;
}

function* entriesBelow(folder: string, prefix = ''): Iterable<[string, Dirent]> {
  for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const path = `${prefix}${entry.name}`;
    if (entry.isDirectory()) yield* entriesBelow(folder, `${path}/`);
    else yield [path, entry];
  }
}

/** Writes down what is in `folder`, which is at `place` or about to be put there. No reader sees half of it. */
export function noteContents(folder: string, place: string): void {
  const sizes = [...entriesBelow(folder)].map(([path, entry]): [string, number] => [
    path,
    entry.isFile() ? lstatSync(join(folder, path)).size : NO_SIZE,
  ]);
  const fresh = `${listOf(place)}.${process.pid}`;
  writeFileSync(fresh, JSON.stringify(Object.fromEntries(sizes)), { mode: OWN_FILE });
  renameSync(fresh, listOf(place));
}

/** Removes the list of a folder that is gone. */
export function forgetContents(folder: string): void {
  rmSync(listOf(folder), { force: true });
}

function readList(folder: string): Contents | undefined {
  try {
    return (JSON.parse(readFileSync(listOf(folder), 'utf8')) ?? undefined) as Contents | undefined;
  } catch {
    return undefined;
  }
}

function sizeNow(path: string): number | undefined {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status?.isFile() === true ? status.size : status && NO_SIZE;
}

/**
 * Whether a folder that was put in its place still has all its files, none of them cut short. One without a list, as earlier versions of
 * lab made them, is taken as it is; its files are written down now.
 */
export function isWhole(folder: string): boolean {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  const contents = readList(folder);
  if (contents !== undefined)
    return Object.entries(contents).every(([path, size]) => sizeNow(join(folder, path)) === size);
  unlessReadOnly(() => {
    noteContents(folder, folder);
  });
  return true;
}
