/** The system's names for a place that this process may not write to. */
const REFUSALS: readonly (string | undefined)[] = ['EROFS', 'EACCES', 'EPERM'];

/** Does what may be left undone in a place that can only be read, such as a cache that several users share. */
export function unlessReadOnly(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!REFUSALS.includes((error as NodeJS.ErrnoException).code)) throw error;
  }
}
