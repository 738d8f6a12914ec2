import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { EnvironmentError } from '../errors/families.js';
import {
  childrenOf,
  commandOf,
  identify,
  isAlive,
  isStaying,
  killAndWait,
  type ProcessIdentity,
} from '../process/identity.js';
import { findEntrants } from './find-entrants.js';
import { waitBriefly } from '../process/wait-for.js';
import { start } from '../process/start.js';

/** The processes that keep a lab's namespaces alive. All that runs in the lab ends with `init`. */
export interface NamespaceHolder {
  /** unshare(1), outside; it ends with `init`, and `init` with it. */
  readonly outer: ProcessIdentity;
  /** Process 1 of the lab's PID namespace. */
  readonly init: ProcessIdentity;
}

// Waits for a line from its starter: one that died before it recorded this process leaves nothing behind.
const INIT_SCRIPT = 'read -r go || exit 1; exec sleep infinity </dev/null';
const READY_MS = 10_000;
const POLL_MS = 2;
/** Each look reads the command lines of all processes. */
const LOOK_MS = 20;
/** What a lab takes to end if nothing is in the way; a computer that is busy may take longer. */
const PROMPT_MS = 500;
const WOKEN_MS = 2000;

/**
 * Makes the lab's user, network, mount and PID namespaces, held by one process. Needs no privilege.
 * `record` must store the holder durably; only then does the holder go on to live without this process.
 * Throws EnvironmentError when the system does not allow user namespaces.
 */
export async function createNamespace(
  folder: string,
  logFile: string,
  record: (holder: NamespaceHolder) => void,
): Promise<NamespaceHolder> {
  const namespaces = ['--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child'];
  const outer = await start(['unshare', ...namespaces, '--', 'sh', '-c', INIT_SCRIPT], {
    cwd: folder,
    logFile,
    stdin: 'held',
  });
  const init = await waitForInit(outer.identity);
  if (init === undefined) {
    await killAndWait(outer.identity);
    throw notAllowed(logFile);
  }
  const holder = { outer: outer.identity, init };
  record(holder);
  await outer.release('go');
  outer.detach();
  return holder;
}

/** The child of unshare once it runs its script, its user mapping done; undefined if unshare ended first. */
async function waitForInit(outer: ProcessIdentity): Promise<ProcessIdentity | undefined> {
  const look = (): { init?: ProcessIdentity } | undefined => {
    if (!isAlive(outer)) return {};
    const [pid] = childrenOf(outer.pid);
    const init = pid === undefined ? undefined : identify(pid);
    return init !== undefined && basename(commandOf(init.pid)[0] ?? '') === 'sh' ? { init } : undefined;
  };
  const ask = async (): Promise<{ init?: ProcessIdentity } | undefined> => Promise.resolve(look());
  return (await waitBriefly({ ask, everyMs: POLL_MS, limitMs: READY_MS }))?.init;
}

function notAllowed(logFile: string): EnvironmentError {
  return new EnvironmentError(
    {
      code: 'LAB-ENV-NAMESPACES',
      message: 'this system does not let ordinary users create user and network namespaces',
      hint: '`lab doctor` shows which setting forbids it and how to allow it',
    },
    { cause: new Error(readFileSync(logFile, 'utf8').trim()) },
  );
}

/** Whether the namespaces can be entered, and will still be there after that. */
export function isHolderAlive(holder: NamespaceHolder): boolean {
  return isStaying(holder.init);
}

/**
 * Ends the lab's namespaces and with them every process, interface and mount in them. True when all is gone. The first process of a PID
 * namespace is gone only when all others are, and those only when whoever started them from outside has taken notice.
 */
export async function destroyNamespace(holder: NamespaceHolder): Promise<boolean> {
  const { init, outer } = holder;
  const initGone =
    (await killAndWait(init, PROMPT_MS)) ||
    (await wakeEntrants(init)) ||
    (await endEntrants(init)) ||
    (await killAndWait(init));
  const outerGone = await killAndWait(outer);
  await releaseEntrants(init);
  return initGone && outerGone;
}

/** What has led into the namespaces ends with them by itself, unless it is stopped. */
async function releaseEntrants(init: ProcessIdentity): Promise<void> {
  const ask = async (): Promise<true | undefined> => {
    const left = findEntrants(init);
    for (const { pid } of left) wake(pid);
    return Promise.resolve(left.length === 0 ? true : undefined);
  };
  if ((await waitBriefly({ ask, everyMs: LOOK_MS, limitMs: WOKEN_MS })) === undefined)
    await endEntrants(init);
}

/** What is stopped, as by a debugger or Ctrl-Z, takes notice when it goes on. True when the namespaces are gone. */
async function wakeEntrants(init: ProcessIdentity): Promise<boolean> {
  for (const { pid } of findEntrants(init)) wake(pid);
  return killAndWait(init, WOKEN_MS);
}

function wake(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It has ended since.
  }
}

async function endEntrants(init: ProcessIdentity): Promise<boolean> {
  await Promise.all(findEntrants(init).map(async (entrant) => killAndWait(entrant, WOKEN_MS)));
  return killAndWait(init, WOKEN_MS);
}

// The working folder must be entered inside: nsenter's own --wd would be the folder of the mount namespace outside.
const ENTER_SCRIPT = 'cd "$0" && exec "$@"';

const ENTERED = ['--user', '--net', '--mount', '--preserve-credentials'];

/** The arguments that run `argv` inside the namespaces, in `folder`. */
export function enterNamespace(
  holder: NamespaceHolder,
  folder: string,
  argv: readonly string[],
): [string, ...string[]] {
  return enter(holder, ['--pid', ...ENTERED], folder, argv);
}

/**
 * The same for a program of the user's own, which may outlive the lab: it is in no PID namespace of the lab. nsenter(1) becomes the
 * program then, so what is done to the one is done to the other.
 */
export function visitNamespace(
  holder: NamespaceHolder,
  folder: string,
  argv: readonly string[],
): [string, ...string[]] {
  return enter(holder, ENTERED, folder, argv);
}

function enter(
  { init }: NamespaceHolder,
  namespaces: readonly string[],
  folder: string,
  argv: readonly string[],
): [string, ...string[]] {
  const target = ['--target', String(init.pid)];
  return ['nsenter', ...target, ...namespaces, '--', 'sh', '-c', ENTER_SCRIPT, folder, ...argv];
}
