import { writeFileSync, type WriteFileOptions } from 'node:fs';
import { ExplainedError } from '../errors/explained.js';

/** Refusals of the system that are about a disk. Node names the file of those only until it is open. */
const OF_A_DISK: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS'];

function isOfADisk(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && OF_A_DISK.includes((error as NodeJS.ErrnoException).code);
}

/** Does work that writes to files in `folder`: a refusal of the disk that names no place is then told to be there. */
export async function locatedIn<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ExplainedError) error.place ??= folder;
    else if (isOfADisk(error)) error.path ??= folder;
    throw error;
  }
}

/** Like writeFileSync, and names the file whenever the disk refuses. */
export function writeFileAt(file: string, content: string, options: WriteFileOptions = {}): void {
  try {
    writeFileSync(file, content, options);
  } catch (error) {
    if (isOfADisk(error)) error.path ??= file;
    throw error;
  }
}
