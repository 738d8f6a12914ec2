/** Folders to search for programs beside those of PATH. */
interface SearchPath {
  readonly before?: readonly string[];
  readonly after?: readonly string[];
}

/** The PATH of this process with more folders before and after it. */
export function searchPath({ before = [], after = [] }: SearchPath): string {
  return [...before, process.env['PATH'] ?? '/usr/bin:/bin', ...after].join(':');
}
