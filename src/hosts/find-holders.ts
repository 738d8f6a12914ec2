import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { identify } from '../process/identity.js';
import type { NamespaceHolder } from './namespace.js';

/** What Linux adds to the path of a folder that has been removed. */
const REMOVED = ' (deleted)';

function workingFolder(pid: string): string | undefined {
  try {
    const folder = readlinkSync(`/proc/${pid}/cwd`);
    return folder.endsWith(REMOVED) ? folder.slice(0, -REMOVED.length) : folder;
  } catch {
    return undefined;
  }
}

/** The process that started this one, if this is the first process of a PID namespace (proc_pid_status(5)); undefined if it is not. */
function starterOfInit(pid: string): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const isInit = /^NSpid:\t\d+.*\t1$/m.test(status);
    return isInit ? Number(/^PPid:\t(\d+)$/m.exec(status)?.[1]) : undefined;
  } catch {
    return undefined;
  }
}

function holderAt(pid: string, folder: string): NamespaceHolder | undefined {
  if (workingFolder(pid) !== folder) return undefined;
  const starter = starterOfInit(pid);
  const init = starter === undefined ? undefined : identify(Number(pid));
  if (starter === undefined || init === undefined) return undefined;
  const outer = workingFolder(String(starter)) === folder ? identify(starter) : undefined;
  return { outer: outer ?? init, init };
}

/**
 * The holders of namespaces that were made in a lab's folder, for a lab whose record does not tell. Whoever else works in that folder, such
 * as a shell in which a person looks at the logs, is none.
 */
export function findHolders(folder: string): NamespaceHolder[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => holderAt(pid, folder) ?? []);
}
