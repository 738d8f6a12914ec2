import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digest } from '../../model/digest.js';
import { readJson, writeJson } from '../json-file.js';

/** What is recorded of a module that was built. */
export interface ModuleRecord {
  /** Names all that it was built from: see moduleKey. */
  readonly key: string;
  /** `uname -r` of the kernel that it is for. */
  readonly release: string;
  readonly made: string;
  readonly mirror: string;
  /** Versions of the packages that it was built with. */
  readonly packages: Readonly<Record<string, string>>;
  /** SHA-256 (hex) of its bytes. */
  readonly digest: string;
}

const recordName = 'module.json';

export function writeRecord(folder: string, record: ModuleRecord): void {
  writeJson(join(folder, recordName), record);
}

/** The module `file` in `folder`, if it is whole, was built from what `key` names and is for this release. */
export function findModule(folder: string, file: string, key: string, release: string): string | undefined {
  const record = readJson(join(folder, recordName)) as ModuleRecord | undefined;
  const path = join(folder, file);
  if (record?.key !== key || !existsSync(path)) return undefined;
  return digest(readFileSync(path)) === record.digest && releaseOfModule(path) === release ? path : undefined;
}

/** The release that a module says it was built for (its `vermagic`); undefined if it does not say. */
export function releaseOfModule(path: string): string | undefined {
  return /(?:^|\0)vermagic=([^ \0]+)/.exec(readFileSync(path, 'latin1'))?.[1];
}
