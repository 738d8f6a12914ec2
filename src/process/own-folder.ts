import { mkdirSync } from 'node:fs';

/** For nobody but the owner, as the XDG base directory specification asks. */
export const OWN_FOLDER = 0o700;

/** The same for a file. */
export const OWN_FILE = 0o600;

/** Makes a folder of lab's own, and those around it that are missing. What is there already stays as it is. */
export function makeOwnFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: OWN_FOLDER });
}
