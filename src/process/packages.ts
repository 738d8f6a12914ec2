/** The packages in which Debian and Ubuntu have the programs that lab runs. */
const packages = {
  apt: ['apt-config', 'apt-get'],
  coreutils: ['chroot', 'du', 'sync', 'timeout'],
  dash: ['sh'],
  e2fsprogs: ['debugfs', 'dumpe2fs', 'e2fsck', 'mke2fs'],
  findutils: ['find'],
  'libguestfs-tools': ['guestfish', 'virt-customize'],
  mawk: ['awk'],
  mmdebstrap: ['mmdebstrap'],
  mount: ['mount', 'umount'],
  supermin: ['supermin'],
  tar: ['tar'],
  uidmap: ['newgidmap', 'newuidmap'],
  'util-linux': ['flock', 'nsenter', 'setpriv', 'unshare'],
} as const;

const packageOf = new Map<string, string>(
  Object.entries(packages).flatMap(([name, programs]) => programs.map((program) => [program, name])),
);

/** The package that has a program, where that is known. */
export function ownerOf(program: string): string | undefined {
  return packageOf.get(program);
}

/** What to do about programs that are not there: the command that installs their packages, and `others`. */
export function installHint(programs: readonly string[], others: readonly string[] = []): string {
  const known = programs.flatMap((program) => ownerOf(program) ?? []);
  const names = [...new Set([...known, ...others])];
  const unknown = programs.filter((program) => ownerOf(program) === undefined);
  return [
    ...(names.length === 0 ? [] : [`sudo apt-get install ${names.join(' ')}`]),
    ...(unknown.length === 0 ? [] : [`install ${unknown.join(', ')}, or add the folder to PATH`]),
  ].join('; ');
}
