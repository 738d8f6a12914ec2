import { searchPath } from './search-path.js';

/** The variables that every program of lab's gets beside this process's own: a PATH with the system's folders, and `more`. */
export function surroundings(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: searchPath(), ...more };
}
