/** Folders to search for programs beside those of PATH. */
interface SearchPath {
  readonly before?: readonly string[];
  readonly after?: readonly string[];
}

/** Where a system has the programs of its administrator: they work for everyone, but Debian leaves them out of a user's PATH. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The folders of this process's PATH. */
function ownFolders(): string[] {
  const own = process.env['PATH'] ?? '';
  return own === '' ? ['/usr/local/bin', '/usr/bin', '/bin'] : own.split(':');
}

/** The PATH of all that lab runs: this process's own and the system's folders, with more folders before and after them. */
export function searchPath({ before = [], after = [] }: SearchPath = {}): string {
  const own = ownFolders();
  const system = SYSTEM_FOLDERS.filter((folder) => !own.includes(folder));
  return [...before, ...own, ...system, ...after].join(':');
}
