import { readFileSync } from 'node:fs';
import { waitBriefly } from './wait-for.js';

/** A process id together with its start time, so that a reused id is never mistaken for the process. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot, field 22 of /proc/PID/stat (proc_pid_stat(5)). */
  readonly startTime: number;
  /** /proc/sys/kernel/random/boot_id: a start time means nothing after a reboot. */
  readonly bootId: string;
}

interface ProcessStat {
  readonly state: string;
  readonly threads: number;
  /** The kernel's flags of the process (PF_* of its include/linux/sched.h). */
  readonly flags: number;
  readonly startTime: number;
}

/** It has begun to end, and may have to wait for others until it has. */
const PF_EXITING = 0x4;

function readStat(pid: number): ProcessStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name, in parentheses, may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      state: fields[0] ?? '',
      flags: Number(fields[6]),
      threads: Number(fields[17]),
      startTime: Number(fields[19]),
    };
  } catch {
    return undefined;
  }
}

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** The identity of a running process, or undefined if there is none with this id. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat && { pid, startTime: stat.startTime, bootId: bootId() };
}

/** Whether a process has ended. It is a zombie as soon as its first thread has ended; until the others have, its files are open. */
export function hasEnded({ state, threads }: Pick<ProcessStat, 'state' | 'threads'>): boolean {
  return state === 'X' || (state === 'Z' && threads <= 1);
}

/** Whether this very process still runs; a zombie has ended. */
export function isAlive(identity: ProcessIdentity): boolean {
  const stat = readStat(identity.pid);
  return (
    stat !== undefined &&
    !hasEnded(stat) &&
    stat.startTime === identity.startTime &&
    identity.bootId === bootId()
  );
}

/** Whether this very process runs and will go on: one that is ending is of no use to anybody, even if it is not gone yet. */
export function isStaying(identity: ProcessIdentity): boolean {
  return isAlive(identity) && ((readStat(identity.pid)?.flags ?? PF_EXITING) & PF_EXITING) === 0;
}

/** The direct children of a process, as ids. */
export function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? [] : children.split(' ').map(Number);
  } catch {
    return [];
  }
}

/** A process and all that it has started, directly or not, itself first. Empty when it is gone. */
export function treeOf(pid: number): ProcessIdentity[] {
  const root = identify(pid);
  return root === undefined ? [] : [root, ...childrenOf(pid).flatMap(treeOf)];
}

/** The argument vector of a process; empty when it is gone. */
export function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

/** Sends SIGKILL to exactly this process and waits until it has ended. Takes up to `timeoutMs`; true if it is gone. */
export async function killAndWait(identity: ProcessIdentity, timeoutMs = 10_000): Promise<boolean> {
  const kill = (): 'gone' | 'stays' | undefined => {
    if (!isAlive(identity)) return 'gone';
    try {
      process.kill(identity.pid, 'SIGKILL');
      return undefined;
    } catch {
      return isAlive(identity) ? 'stays' : 'gone';
    }
  };
  const ask = async (): Promise<'gone' | 'stays' | undefined> => Promise.resolve(kill());
  return (await waitBriefly({ ask, everyMs: 5, limitMs: timeoutMs })) === 'gone';
}

/** Like killAndWait, for a process and all that it has started: they end first, as they would go on without it. */
export async function killTree(identity: ProcessIdentity): Promise<void> {
  if (!isAlive(identity)) return;
  for (const pid of childrenOf(identity.pid)) {
    const child = identify(pid);
    if (child !== undefined) await killTree(child);
  }
  await killAndWait(identity);
}
