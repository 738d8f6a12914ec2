import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shippedFile } from '../../model/folders.js';
import type { Task } from '../../model/task.js';
import { aptTransportOptions } from '../../toolchain/apt-transport.js';
import { debianKeyring } from '../../toolchain/debian-keyring.js';
import { chooseMirror, type Mirror } from '../../toolchain/mirror.js';
import { aptPreferences, aptSources, type Recipe } from '../../toolchain/recipe.js';
import { requireMmdebstrap } from '../../toolchain/requirements.js';
import type { KernelFlavour } from '../../toolchain/types.js';
import { explainFailure, isExpiredRelease } from '../../toolchain/mmdebstrap-failure.js';
import { diskInit } from '../disk-boot.js';
import type { BuildContext } from '../build-context.js';
import type { LayerWork } from '../layers/layer-work.js';
import { ROOT_ON_DISK } from './initrd.js';
import { runInNamespace } from './run-in-namespace.js';

/** Where the image's own apt finds Debian's keys. */
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** Bytes of the disk: so much a guest could write, and no more. What is not written takes no space. */
const DISK_BYTES = 8 * 1024 ** 3;
const FILES = ['base.sh', 'pack.sh', 'base-system.sh'];
const kernelPackages: Readonly<Record<KernelFlavour, string>> = {
  cloud: 'linux-image-cloud-amd64',
  generic: 'linux-image-amd64',
};

/** What Debian 13 is made of, without any component. */
function recipeOf(flavour: KernelFlavour): Recipe {
  return {
    format: 1,
    suite: 'trixie',
    backports: 'trixie-backports',
    packages: [
      'debian-archive-keyring',
      'iproute2',
      'iputils-ping',
      'kmod',
      kernelPackages[flavour],
      'netbase',
      'procps',
      'systemd-sysv',
      'udev',
    ],
    nonFree: ['netperf'],
  };
}

/** All that goes into the base, as text. */
export function debianBaseInputs(flavour: KernelFlavour): string {
  const files = FILES.map((name) => readFileSync(debianFile(name), 'utf8'));
  return JSON.stringify([recipeOf(flavour), DISK_BYTES, files, diskInit(ROOT_ON_DISK)]);
}

export function debianFile(name: string): string {
  return shippedFile(`images/debian/files/${name}`);
}

/** Paths that a guest of a lab has no use for: half of what would be there. */
const LEFT_OUT = ['/usr/share/doc/*', '/usr/share/locale/*', '/usr/share/man/*', '/usr/share/info/*'];

function mmdebstrapArguments(recipe: Recipe, mirror: Mirror, aptOptions: readonly string[]): string[] {
  const sources = aptSources(recipe, mirror.url, KEYRING);
  const lines = sources.map((line) => `${line}\n`).join('');
  return [
    '--mode=root',
    '--variant=apt',
    '--architectures=amd64',
    '--format=directory',
    '--skip=output/dev',
    ...['APT::Install-Recommends "false";', 'APT::Sandbox::User "root";', ...aptOptions].map(
      (option) => `--aptopt=${option}`,
    ),
    ...LEFT_OUT.map((path) => `--dpkgopt=path-exclude=${path}`),
    `--setup-hook=printf '%s' '${aptPreferences(recipe)}' >"$1/etc/apt/preferences.d/sriov-lab"`,
    `--customize-hook=printf '%s' '${lines}' >"$1/etc/apt/sources.list"; rm -f "$1"/etc/apt/sources.list.d/*`,
    `--include=${recipe.packages.join(',')}`,
    recipe.suite,
  ];
}

/** Fills a layer's folder with Debian 13: its tree, its disk, and what it boots with. Returns where it came from. */
export async function buildDebianBase(work: LayerWork, context: BuildContext, task: Task): Promise<string> {
  requireMmdebstrap();
  const recipe = recipeOf(context.toolchain.kernelFlavour);
  const mirror = chooseMirror(context.mirror);
  const transport = await aptTransportOptions();
  const sources = aptSources(recipe, mirror.url, debianKeyring(context.environment.debianKeyring));
  writeFileSync(join(work.result, 'sources'), sources.map((line) => `${line}\n`).join(''));
  const attempt = async (more: readonly string[]): Promise<string | undefined> =>
    runInNamespace(
      debianFile('base.sh'),
      [
        work.result,
        String(DISK_BYTES),
        debianFile('base-system.sh'),
        ...mmdebstrapArguments(recipe, mirror, [...transport, ...more]),
      ],
      work,
      task,
    );

  let said = await attempt([]);
  if (said !== undefined && isExpiredRelease(said))
    said = await attempt(['Acquire::Check-Valid-Until "false";']);
  if (said !== undefined) throw explainFailure(said, mirror);
  return mirror.url;
}
