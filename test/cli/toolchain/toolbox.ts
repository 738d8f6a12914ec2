import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

/** A place for one test: a PATH with known programs alone, and a cache of its own. */
export interface Toolbox {
  readonly folder: string;
  /** Where the trees are made. */
  readonly toolchain: string;
  /** Puts a fake program into PATH. Returns its path. */
  fake(name: string, script: string): string;
  remove(name: string): void;
  /** The environment for a child process. */
  readonly environment: Readonly<Record<string, string>>;
  dispose(): void;
}

/** Programs of this computer that the toolchain's code and the fakes use. */
const real = [
  'cat',
  'chmod',
  'date',
  'dirname',
  'flock',
  'mkdir',
  'mount',
  'ps',
  'rm',
  'setpriv',
  'sh',
  'sleep',
  'sync',
  'timeout',
  'touch',
  'tr',
];

/** Makes the place and points PATH, the cache and the keyring to it for this process too. */
export function makeToolbox(): Toolbox {
  const folder = mkdtempSync(join(tmpdir(), 'lab-toolbox-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const name of real) symlinkSync(onPath(name), join(bin, name));
  writeFileSync(join(folder, 'keyring.gpg'), '');
  const environment = {
    PATH: bin,
    HOME: folder,
    XDG_CACHE_HOME: join(folder, 'cache'),
    LAB_DEBIAN_KEYRING: join(folder, 'keyring.gpg'),
    LAB_DEBIAN_MIRROR: 'http://mirror.example/debian',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);

  const fake = (name: string, script: string): string => {
    const file = join(bin, name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  fake('apt-get', 'exit 1');
  fake('apt-config', 'echo \'Acquire::http::Proxy "http://proxy.example:3128";\'');
  return {
    folder,
    toolchain: join(folder, 'cache/sriov-lab/toolchain'),
    fake,
    remove: (name) => {
      rmSync(join(bin, name));
    },
    environment,
    dispose: () => {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The fake mmdebstrap; `behaviour` is one of its cases. It notes each call and its arguments in FOLDER/calls. */
export function fakeMmdebstrap(toolbox: Toolbox, behaviour: string): void {
  const script = fileURLToPath(new URL('fake-mmdebstrap.sh', import.meta.url));
  toolbox.fake('mmdebstrap', `exec sh '${script}' ${behaviour} '${toolbox.folder}' "$@"`);
}

/** Called with this process's own PATH, before it is replaced. */
function onPath(name: string): string {
  const folders = `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`.split(delimiter);
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found === undefined) throw new Error(`the tests need ${name}`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
