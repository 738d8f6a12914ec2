import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shippedFile } from '../../model/folders.js';
import type { Task } from '../../model/task.js';
import { aptTransportOptions } from '../../toolchain/apt-transport.js';
import { debianKeyring } from '../../toolchain/debian-keyring.js';
import { chooseMirror, type Mirror } from '../../toolchain/mirror.js';
import { aptPreferences, aptSources, type Recipe } from '../../toolchain/recipe.js';
import { ToolchainError } from '../../errors/families.js';
import type { LabError } from '../../errors/lab-error.js';
import { requireMmdebstrap } from '../../toolchain/requirements.js';
import type { KernelFlavour } from '../../toolchain/types.js';
import { explainFailure, isExpiredRelease } from '../../toolchain/mmdebstrap-failure.js';
import { diskInit } from '../disk-boot.js';
import type { BuildContext } from '../build-context.js';
import type { LayerWork } from '../layers/layer-work.js';
import { buildFault, requireBuildPrograms } from './build-fault.js';
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

/** Of what a build that failed has said, in its error. */
const LAST_LINES = 6;

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
  requireBuildPrograms();
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
  if (said !== undefined) throw baseFailed(said, mirror, work);
  return mirror.url;
}

/** Whether mmdebstrap has done its part: whatever fails after that, the mirror is not to blame. */
function isFetched(said: string): boolean {
  return /^I: success in /m.test(said);
}

/** The error for what base.sh said when it failed. */
export function baseFailed(said: string, mirror: Mirror, { logFile }: Pick<LayerWork, 'logFile'>): LabError {
  const fault = buildFault(said);
  if (fault !== undefined) return fault;
  if (!isFetched(said)) return explainFailure(said, mirror);
  return new ToolchainError(
    {
      code: 'LAB-IMAGE-INSTALL',
      message: 'the packages of Debian were fetched, but no image could be made of them',
      location: { file: logFile },
      hint: 'see the log of the build (the end of it is below); `lab image build` tries again',
    },
    { cause: new Error(said.split('\n').slice(-LAST_LINES).join('\n')) },
  );
}
