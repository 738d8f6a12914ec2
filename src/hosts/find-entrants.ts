import { readdirSync, readFileSync } from 'node:fs';
import { commandOf, identify, type ProcessIdentity } from '../process/identity.js';

/** Of a command, for a message. */
const SHOWN_WORDS = 4;

function everyProcess(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/**
 * The nsenter(1)s that lead into a lab's namespaces. Each waits outside for the program that it has started inside: if that program is
 * stopped, it stops itself too, and nobody but itself makes it go on.
 */
export function findEntrants(init: ProcessIdentity): ProcessIdentity[] {
  return everyProcess()
    .filter((pid) => {
      const [program, option, target] = commandOf(pid);
      return program === 'nsenter' && option === '--target' && target === String(init.pid);
    })
    .flatMap((pid) => identify(pid) ?? []);
}

function fieldOf(status: string, name: string): string {
  return new RegExp(`^${name}:\\t(.*)$`, 'm').exec(status)?.[1] ?? '';
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

/** How many PID namespaces a process is in, one inside the other. */
function depthOf(status: string): number {
  return fieldOf(status, 'NSpid').split('\t').length;
}

/** Who does not take notice of the end of a process, from outside its PID namespace: its tracer, such as a debugger, or its parent. */
function holdsOn(pid: number): number | undefined {
  const status = statusOf(pid);
  if (!fieldOf(status, 'State').startsWith('Z')) return undefined;
  const tracer = Number(fieldOf(status, 'TracerPid'));
  const holding = tracer === 0 ? Number(fieldOf(status, 'PPid')) : tracer;
  return depthOf(statusOf(holding)) < depthOf(status) ? holding : undefined;
}

/** Processes that keep ended ones of PID namespaces from being gone, in words: `4711 (gdb -p 42)`. */
export function findHolding(): string[] {
  const holding = new Set(everyProcess().flatMap((pid) => holdsOn(pid) ?? []));
  return [...holding].map((pid) => `${pid} (${commandOf(pid).slice(0, SHOWN_WORDS).join(' ')})`);
}
