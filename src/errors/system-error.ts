import { LabError, type Problem } from './lab-error.js';

interface Explanation {
  readonly code: Problem['code'];
  readonly message: string;
  readonly hint: string;
}

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
  EMFILE: { code: 'LAB-ENV-OPEN-FILES', message: 'too many open files', hint: 'raise the limit: ulimit -n' },
  ENFILE: {
    code: 'LAB-ENV-OPEN-FILES',
    message: 'the system has too many open files',
    hint: 'end the programs that have them open, then run the command again',
  },
};

/** On a read-only file system Node says ENOENT of a folder that it should have made with all its parents. */
const folderNotMade: Explanation = {
  code: 'LAB-ENV-PERMISSION',
  message: 'the folder cannot be created, for example on a read-only file system',
  hint: 'choose another place (XDG_STATE_HOME and XDG_CACHE_HOME for the tool’s own files)',
};

function explanationOf({ code, syscall }: NodeJS.ErrnoException): Explanation | undefined {
  if (code === 'ENOENT' && syscall === 'mkdir') return folderNotMade;
  return code === undefined ? undefined : explanations[code];
}

/** A system call's refusal (NodeJS.ErrnoException) as a user should read it; undefined for one that is no user's business. */
export function explainSystemError(thrown: unknown): LabError | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { path } = thrown as NodeJS.ErrnoException;
  const explanation = explanationOf(thrown);
  if (explanation === undefined) return undefined;
  return new LabError(
    { ...explanation, ...(path === undefined ? {} : { location: { file: path } }) },
    { cause: thrown },
  );
}
