import { unusableBase } from '../disk/qcow2.js';

/** What was found on the disk of a base. */
export interface DiskFacts {
  /** `NAME VERSION` of its os-release. */
  readonly system: string;
  /** Its device in a guest, such as /dev/vda4. */
  readonly root: string;
  readonly fileSystem: string;
  readonly kernels: readonly string[];
  readonly packages: Readonly<Record<string, string>>;
}

const FILE_SYSTEMS = ['ext4', 'xfs'];
const LIKE = ['rhel', 'rocky', 'fedora', 'centos'];

/** What stands between two lines `lab-section NAME`. */
function section(text: string, name: string): string[] {
  const lines = text.split('\n');
  const start = lines.indexOf(`lab-section ${name}`);
  const rest = start < 0 ? [] : lines.slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith('lab-section '));
  return rest.slice(0, end < 0 ? undefined : end).filter((line) => line.trim() !== '');
}

function osRelease(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.map((line) => {
      const [, key = '', value = ''] = /^(\w+)=["']?(.*?)["']?$/.exec(line.trim()) ?? [];
      return [key, value];
    }),
  );
}

function pairs(lines: readonly string[], separator: string): [string, string][] {
  return lines.flatMap((line) => {
    const cut = line.indexOf(separator);
    return cut < 0 ? [] : [[line.slice(0, cut), line.slice(cut + separator.length).trim()]];
  });
}

/**
 * Reads what rhel-base.fish has printed about the disk that came from `source`. Throws UsageError when it is not a system that lab
 * can add to and boot.
 */
export function readDiskFacts(text: string, source: string): DiskFacts {
  const release = osRelease(section(text, 'systems'));
  const system = [release.get('NAME') ?? 'unknown', release.get('VERSION_ID') ?? ''].join(' ').trim();
  const family = `${release.get('ID') ?? ''} ${release.get('ID_LIKE') ?? ''}`.split(' ');
  if (!family.some((id) => LIKE.includes(id)))
    throw unusableBase(
      source,
      `contains ${system}, and lab cannot install components into that`,
      'use a disk with Rocky Linux, or with a distribution whose os-release says ID_LIKE=rhel',
    );
  const device = pairs(section(text, 'mounted'), ': ').find(([, place]) => place === '/')?.[0] ?? '';
  const fileSystem = new Map(pairs(section(text, 'file-systems'), ': ')).get(device) ?? '';
  if (!/^\/dev\/sda\d*$/.test(device) || !FILE_SYSTEMS.includes(fileSystem))
    throw unusableBase(
      source,
      `has its root on ${device || 'nothing'} (${fileSystem || 'no file system'})`,
      `the root has to be a partition with ${FILE_SYSTEMS.join(' or ')}, not on LVM or RAID`,
    );
  return {
    system,
    root: device.replace('/dev/sda', '/dev/vda'),
    fileSystem,
    kernels: section(text, 'kernels'),
    packages: Object.fromEntries(pairs(section(text, 'packages'), ' ')),
  };
}
