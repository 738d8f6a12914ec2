import { userInfo } from 'node:os';
import { isAbsolute } from 'node:path';

/** The home folder that the system has on record for this user. */
function recordedHome(): string | undefined {
  try {
    const { homedir } = userInfo();
    return isAbsolute(homedir) ? homedir : undefined;
  } catch {
    // Nobody has this user's id, as in some containers.
    return undefined;
  }
}

/** The HOME of a user without a home folder, here as in containers. Programs take an empty one for the working folder, and write there. */
const NO_HOME = '/';

/**
 * The user's home folder: `named` (HOME), otherwise what the system has on record; undefined if there is none. An empty HOME, or a relative
 * one, would be the working folder or below it.
 */
export function homeFolder(named: string | undefined): string | undefined {
  return named !== undefined && isAbsolute(named) && named !== NO_HOME ? named : recordedHome();
}

/** Gives this process, and all that it starts, a HOME that is a folder's absolute path. */
export function setHome(): void {
  process.env['HOME'] = homeFolder(process.env['HOME']) ?? NO_HOME;
}
