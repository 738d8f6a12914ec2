import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { asRootOfNamespace } from '../../../src/images/debian/namespace.js';
import { searchPath } from '../../../src/process/search-path.js';
import { readEnvironment } from '../../../src/cli/environment.js';
import { silentTask } from '../../../src/model/task.js';
import { aptTransportOptions } from '../../../src/toolchain/apt-transport.js';
import { chooseMirror } from '../../../src/toolchain/mirror.js';
import { kernelModule } from '../../../src/toolchain/module-build/kernel-module.js';
import { vpVdpa } from '../../../src/toolchain/module-build/sources.js';
import type { Toolchain } from '../../../src/toolchain/types.js';

/** See layout.sh. */
export type Layout = 'ext4' | 'xfs';

const PACKAGES = [
  'attr',
  'containerd',
  'createrepo-c',
  'dnf',
  'gawk',
  'iperf3',
  'iproute2',
  'iputils-ping',
  'kmod',
  'mount',
  'openssh-server',
  'policycoreutils',
  'procps',
  'qemu-guest-agent',
  'rpm',
  'runc',
  'systemd-sysv',
  'udev',
];
const LIMIT_MS = 500_000;

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

function folder({ kernel }: Toolchain): string {
  const hash = createHash('sha256').update(JSON.stringify([PACKAGES, kernel.release]));
  for (const name of ['make-rocky.sh', 'layout.sh', 'stand-in.ts']) hash.update(readFileSync(script(name)));
  return join(readEnvironment().cache, 'test', `rocky-stand-in-${hash.digest('hex').slice(0, 16)}`);
}

/** The kernel is the toolchain's, and so is the module that Debian's kernels lack and Rocky's have. */
async function kernelHooks(toolchain: Toolchain): Promise<string[]> {
  const module = await kernelModule(
    vpVdpa,
    { toolchain, mirror: undefined, keyring: readEnvironment().debianKeyring },
    silentTask(),
  );
  if (module === undefined) throw new Error('this kernel has vp_vdpa: it is no stand-in');
  return [`copy-in ${toolchain.kernel.modules} /usr/lib/modules`, `copy-in ${module} /tmp`];
}

async function makeTree(target: string, toolchain: Toolchain): Promise<void> {
  if (existsSync(target)) return;
  const options = ['APT::Install-Recommends "false";', 'APT::Sandbox::User "root";'];
  const transport = [...(await aptTransportOptions()), 'Acquire::Check-Valid-Until "false";'];
  const hooks = [
    'mkdir -p "$1/usr/lib/modules"',
    ...(await kernelHooks(toolchain)),
    `copy-in ${script('make-rocky.sh')} /tmp`,
    'chroot "$1" sh -eu /tmp/make-rocky.sh',
    'rm "$1/tmp/make-rocky.sh"',
  ];
  const fresh = `${target}.new`;
  const scratch = mkdtempSync(join(tmpdir(), 'lab-rocky-'));
  const [program, ...args] = asRootOfNamespace([
    'sh',
    '-euc',
    'mount -t tmpfs -o size=80%,mode=755 tmpfs "$0"; TMPDIR=$0 exec mmdebstrap "$@"',
    scratch,
    '--mode=root',
    '--variant=essential',
    '--architectures=amd64',
    '--format=tar',
    '--skip=cleanup',
    ...[...options, ...transport].map((option) => `--aptopt=${option}`),
    `--include=${PACKAGES.join(',')}`,
    ...hooks.map((hook) => `--customize-hook=${hook}`),
    'trixie',
    fresh,
    chooseMirror(undefined).url,
  ]);
  const env = { INITRD: 'No', LC_ALL: 'C', PATH: searchPath() };
  await execa(program, args, { env, stdin: 'ignore', timeout: LIMIT_MS });
  rmSync(scratch, { recursive: true });
  renameSync(fresh, target);
}

async function makeDisk(layout: Layout, tree: string, target: string, toolchain: Toolchain): Promise<void> {
  const { image, release, modules } = toolchain.kernel;
  const fresh = `${target}.new`;
  rmSync(fresh, { force: true });
  const { stdout: commands } = await execa('sh', [script('layout.sh'), layout, tree, fresh]);
  const libguestfs = join(readEnvironment().cache, 'libguestfs');
  mkdirSync(libguestfs, { recursive: true });
  await execa('guestfish', [], {
    input: commands,
    env: {
      LIBGUESTFS_BACKEND: 'direct',
      LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg',
      LIBGUESTFS_CACHEDIR: libguestfs,
      SUPERMIN_KERNEL: image,
      SUPERMIN_KERNEL_VERSION: release,
      SUPERMIN_MODULES: modules,
    },
    timeout: LIMIT_MS,
  });
  renameSync(fresh, target);
}

/** The path of a disk with a system on it that takes itself for Rocky Linux 9; made if it is not in the cache. */
export async function rockyStandIn(layout: Layout, toolchain: Toolchain): Promise<string> {
  const place = folder(toolchain);
  mkdirSync(place, { recursive: true });
  const disk = join(place, `${layout}.qcow2`);
  if (existsSync(disk)) return disk;
  const tree = join(place, 'tree.tar');
  await makeTree(tree, toolchain);
  await makeDisk(layout, tree, disk, toolchain);
  return disk;
}
