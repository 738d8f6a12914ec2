import { EnvironmentError } from './families.js';
import type { LabError, Problem } from './lab-error.js';

type Explanation = Omit<Problem, 'location'>;

/** What the system's refusals mean to a user, by errno(3) name. */
const explanations: Readonly<Record<string, Explanation>> = {
  ENOSPC: {
    code: 'LAB-ENV-DISK-FULL',
    message: 'the disk is full',
    hint: 'make room there, or set XDG_STATE_HOME and XDG_CACHE_HOME to another disk',
  },
  EDQUOT: {
    code: 'LAB-ENV-DISK-FULL',
    message: 'your disk quota is used up',
    hint: 'make room, or set XDG_STATE_HOME and XDG_CACHE_HOME to another disk',
  },
  EROFS: {
    code: 'LAB-ENV-PERMISSION',
    message: 'the file system is read-only',
    hint: 'set XDG_STATE_HOME and XDG_CACHE_HOME to folders that can be written',
  },
  EACCES: {
    code: 'LAB-ENV-PERMISSION',
    message: 'permission denied',
    hint: 'change the permissions, or choose another place',
  },
  EPERM: {
    code: 'LAB-ENV-PERMISSION',
    message: 'the system does not permit it',
    hint: '`lab doctor` shows what this computer forbids',
  },
  ENOTDIR: {
    code: 'LAB-ENV-PATH',
    message: 'a file stands where a folder is needed',
    hint: 'remove it, or choose another place (XDG_STATE_HOME and XDG_CACHE_HOME for the tool’s own files)',
  },
  EISDIR: {
    code: 'LAB-ENV-PATH',
    message: 'a folder stands where a file is needed',
    hint: 'remove it, or choose another place (XDG_STATE_HOME and XDG_CACHE_HOME for the tool’s own files)',
  },
  ELOOP: { code: 'LAB-ENV-PATH', message: 'its links lead in a circle', hint: 'remove one of the links' },
  ENAMETOOLONG: {
    code: 'LAB-ENV-PATH',
    message: 'the path is too long',
    hint: 'choose a shorter one (XDG_STATE_HOME and XDG_CACHE_HOME for the tool’s own files)',
  },
  EIO: {
    code: 'LAB-ENV-DISK',
    message: 'the disk reports an error',
    hint: 'see the end of `dmesg`; set XDG_STATE_HOME and XDG_CACHE_HOME to another disk',
  },
  EFBIG: {
    code: 'LAB-ENV-FILE-SIZE',
    message: 'the file would be larger than this process, or the file system, may make one',
    hint: 'raise the limit (ulimit -f unlimited), or choose a file system that takes larger files',
  },
  EMFILE: {
    code: 'LAB-ENV-OPEN-FILES',
    message: 'too many open files',
    hint: 'raise the limit: ulimit -n 1024',
  },
  ENFILE: {
    code: 'LAB-ENV-OPEN-FILES',
    message: 'the system has too many open files',
    hint: 'end the programs that have them open, then run the command again',
  },
  EAGAIN: {
    code: 'LAB-ENV-PROCESSES',
    message: 'no further process can be started',
    hint: 'end some, or raise the limit: ulimit -u, or pids.max in a container',
  },
  ENOMEM: {
    code: 'LAB-ENV-MEMORY',
    message: 'there is not enough memory',
    hint: 'end other programs, or give the lab’s machines less `memory`',
  },
};

/** On a read-only file system Node says ENOENT of a folder that it should have made with all its parents. */
const folderNotMade: Explanation = {
  code: 'LAB-ENV-PERMISSION',
  message: 'the folder cannot be created, for example on a read-only file system',
  hint: 'choose another place (XDG_STATE_HOME and XDG_CACHE_HOME for the tool’s own files)',
};

/** The working folder of this process has been removed since it began. */
const workingFolderGone: Explanation = {
  code: 'LAB-ENV-WORKING-FOLDER',
  message: 'the working folder has been removed',
  hint: 'change to a folder that exists, then run the command again',
};

function explanationOf({ code, syscall }: NodeJS.ErrnoException): Explanation | undefined {
  if (code === 'ENOENT' && syscall === 'mkdir') return folderNotMade;
  if (code === 'ENOENT' && (syscall === 'uv_cwd' || syscall === 'cwd')) return workingFolderGone;
  return code === undefined ? undefined : explanations[code];
}

/** A system call's refusal (NodeJS.ErrnoException) as a user should read it; undefined for one that is no user's business. */
export function explainSystemError(thrown: unknown): LabError | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { path } = thrown as NodeJS.ErrnoException;
  const explanation = explanationOf(thrown);
  if (explanation === undefined) return undefined;
  return new EnvironmentError(
    { ...explanation, ...(path === undefined ? {} : { location: { file: path } }) },
    { cause: thrown },
  );
}

const SHORTAGES: readonly Problem['code'][] = [
  'LAB-ENV-DISK-FULL',
  'LAB-ENV-FILE-SIZE',
  'LAB-ENV-MEMORY',
  'LAB-ENV-OPEN-FILES',
  'LAB-ENV-PROCESSES',
];

/** Throws an error that tells of something that this computer has too little of: whatever was tried is not to blame. */
export function throwShortage(error: unknown): void {
  if (error instanceof EnvironmentError && SHORTAGES.includes(error.code)) throw error;
}

/** What the C library says of the refusals that may end any program, by errno(3) name. */
const words: Readonly<Record<string, RegExp>> = {
  ENOSPC: /No space left on device|not enough free space/i,
  EDQUOT: /Disk quota exceeded/i,
  EFBIG: /File too large|File size limit exceeded/i,
  ENFILE: /Too many open files in system/i,
  EMFILE: /Too many open files/i,
  EROFS: /Read-only file system/i,
  EIO: /Input\/output error/i,
  ENOMEM: /Cannot allocate memory|Out of memory/i,
};

/** The refusal of the system that a program's words tell of; undefined if they tell of none. */
export function refusalIn(said: string): Explanation | undefined {
  const name = Object.keys(words).find((errno) => words[errno]?.test(said));
  return name === undefined ? undefined : explanations[name];
}

/** The refusal that ends a program by a signal; undefined for other signals. */
export function refusalBySignal(signal: string | undefined): Explanation | undefined {
  return signal === 'SIGXFSZ' ? explanations['EFBIG'] : undefined;
}
