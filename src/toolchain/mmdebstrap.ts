import { join } from 'node:path';
import type { Task } from '../model/task.js';
import { makeOwnFolder } from '../process/own-folder.js';
import { ProcessError } from '../process/process-error.js';
import { run } from '../process/run.js';
import { aptTransportOptions } from './apt-transport.js';
import { debianKeyring } from './debian-keyring.js';
import { explainFailure, isExpiredRelease } from './mmdebstrap-failure.js';
import type { Mirror } from './mirror.js';
import { removeFolder } from '../process/remove-folder.js';
import { aptPreferences, aptSources, type Recipe } from './recipe.js';
import { requireMmdebstrap } from './requirements.js';

export interface FetchOptions {
  readonly recipe: Recipe;
  readonly mirror: Mirror;
  /** See debianKeyring. */
  readonly keyring: string | undefined;
  /** The folder to fill; made here. It lies in a folder that is removed when this process is killed: see publishFolder. */
  readonly tree: string;
}

/** Where the extract hook leaves one line `NAME VERSION` a package, relative to the tree. */
export const packageListPath = 'var/lib/sriov-lab-packages';

const limitSeconds = 3600;

/**
 * Fetches the recipe's packages from the mirror and unpacks them, without installing them: no root, no namespaces, no scripts.
 * A mirror whose Release file has expired, with a good signature, is used with a warning.
 * Throws EnvironmentError when a program is missing or the disk is full, ToolchainError with the likely cause for the rest.
 */
export async function fetchTree(options: FetchOptions, task: Task): Promise<void> {
  requireMmdebstrap();
  const keyring = debianKeyring(options.keyring);
  const transport = await aptTransportOptions();
  const temporary = `${options.tree}.temporary`;
  makeOwnFolder(temporary);
  const attempt = (more: readonly string[]) =>
    runMmdebstrap(mmdebstrapArguments(options, keyring, [...transport, ...more]), temporary, task);

  const first = await attempt([]);
  if (first === undefined) return removeFolder(temporary);
  if (!isExpiredRelease(first)) throw explainFailure(first, options.mirror);

  task.warn(
    `the mirror ${options.mirror.url} is frozen: its Release file has expired. Its signature is valid, so it is used anyway`,
  );
  await removeFolder(options.tree);
  const second = await attempt(['Acquire::Check-Valid-Until "false";']);
  if (second !== undefined) throw explainFailure(second, options.mirror);
  await removeFolder(temporary);
}

function mmdebstrapArguments(
  options: FetchOptions,
  keyring: string,
  aptOptions: readonly string[],
): string[] {
  const { recipe, mirror, tree } = options;
  return [
    '--mode=chrootless',
    '--variant=extract',
    '--architectures=amd64',
    '--format=directory',
    ...aptOptions.map((option) => `--aptopt=${option}`),
    `--setup-hook=printf '%s' '${aptPreferences(recipe)}' >"$1/etc/apt/preferences.d/sriov-lab"`,
    `--extract-hook=${listPackages}`,
    `--include=${recipe.packages.join(',')}`,
    '--components=main',
    recipe.suite,
    tree,
    ...aptSources(recipe, mirror.url, keyring),
  ];
}

/** dpkg's own status file stays empty, as nothing is installed; the packages themselves are gone afterwards. */
const listPackages = [
  'for deb in "$1"/var/cache/apt/archives/*.deb; do',
  `dpkg-deb --show --showformat '\${Package} \${Version}\\n' "$deb" || exit 1;`,
  `done >"$1/${packageListPath}"`,
].join(' ');

/** Returns undefined when it went well, else what mmdebstrap and apt said. `temporary`: the folder for their temporary files. */
async function runMmdebstrap(
  args: readonly string[],
  temporary: string,
  task: Task,
): Promise<string | undefined> {
  try {
    const result = await run(
      [
        // mmdebstrap waits for its children when it is told to stop, and outlives us when we are killed. `timeout` makes a
        // process group of them all and passes the signal on to it; setpriv has the kernel send one if we are gone.
        ...(['setpriv', '--pdeathsig', 'TERM', 'timeout', '--kill-after=3', String(limitSeconds)] as const),
        'mmdebstrap',
        ...args,
      ],
      {
        // The messages are matched: see mmdebstrap-failure.ts.
        env: { LC_ALL: 'C', TMPDIR: temporary },
        signal: task.signal,
        onStderrLine: (line) => {
          const detail = /^I: (.*)/.exec(line)?.[1];
          if (detail !== undefined && !detail.includes('hook')) task.detail(detail);
        },
      },
    );
    if (result.exitCode === 0) return undefined;
    const timedOut = result.exitCode === 124 ? `\nE: took longer than ${limitSeconds} s and was ended` : '';
    return `${result.stderr.trim()}${timedOut}`;
  } catch (error) {
    // Ended by a signal that was not ours: out of memory, or someone's kill.
    if (error instanceof ProcessError) return `${error.stderr}\nE: ${error.message.split('\n')[0] ?? ''}`;
    throw error;
  }
}

export function packageListOf(tree: string): string {
  return join(tree, packageListPath);
}
