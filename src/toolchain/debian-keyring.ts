import { accessSync, constants } from 'node:fs';
import { EnvironmentError } from '../errors/families.js';
import { installLine } from './requirements.js';

/** Names the file on systems that keep it elsewhere. */
export const keyringVariable = 'LAB_DEBIAN_KEYRING';

const places = [
  '/usr/share/keyrings/debian-archive-keyring.gpg',
  '/usr/share/keyrings/debian-archive-keyring.pgp',
];

/** The file with the keys of Debian's archive: the one that `named` is, or else where distributions have it; undefined if it is not there. */
export function findDebianKeyring(named: string | undefined): string | undefined {
  return (named === undefined ? places : [named]).find(isReadable);
}

/** Like findDebianKeyring, and throws EnvironmentError if there is none. */
export function debianKeyring(named: string | undefined): string {
  const keyring = findDebianKeyring(named);
  if (keyring !== undefined) return keyring;
  const place = named ?? places[0] ?? '';
  throw new EnvironmentError({
    code: 'LAB-ENV-KEYRING',
    message: `Debian’s keys are not on this computer (no ${place}), so packages from a mirror cannot be verified`,
    hint: `${installLine}, or name the file with ${keyringVariable}`,
  });
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
