import { lstatSync, readdirSync, readFileSync, rmSync, writeFileSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { OWN_FILE } from './own-folder.js';

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

/** Writes down what is in `folder`, which is about to be put to `place`. */
export function noteContents(folder: string, place: string): void {
  const sizes = [...entriesBelow(folder)].map(([path, entry]): [string, number] => [
    path,
    entry.isFile() ? lstatSync(join(folder, path)).size : NO_SIZE,
  ]);
  writeFileSync(listOf(place), JSON.stringify(Object.fromEntries(sizes)), { mode: OWN_FILE });
}

/** Removes the list of a folder that is gone. */
export function forgetContents(folder: string): void {
  rmSync(listOf(folder), { force: true });
}

/** A list that cannot be read says nothing. */
function readList(folder: string): Contents {
  try {
    return (JSON.parse(readFileSync(listOf(folder), 'utf8')) ?? {}) as Contents;
  } catch {
    return {};
  }
}

function sizeNow(path: string): number | undefined {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status?.isFile() === true ? status.size : status && NO_SIZE;
}

/**
 * Whether a folder that was put in its place still has all its files, none of them cut short. One that an earlier version of lab put
 * there has no list: then it counts as whole if it is there.
 */
export function isWhole(folder: string): boolean {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  return Object.entries(readList(folder)).every(([path, size]) => sizeNow(join(folder, path)) === size);
}
