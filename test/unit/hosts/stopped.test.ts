import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findEntrants, findHolding } from '../../../src/hosts/find-entrants.js';
import { NamespaceHost } from '../../../src/hosts/namespace-host.js';
import {
  createNamespace,
  destroyNamespace,
  isHolderAlive,
  type NamespaceHolder,
} from '../../../src/hosts/namespace.js';
import { LabFolder } from '../../../src/lab/record.js';
import { findProgram } from '../../../src/process/find-program.js';
import { isAlive, killAndWait, type ProcessIdentity } from '../../../src/process/identity.js';
import { waitBriefly } from '../../../src/process/wait-for.js';
import { useScratch } from '../../support/scratch.js';

// What kill -STOP, debuggers and Ctrl-Z do to the processes of a lab.
const scratch = useScratch();

interface Held {
  readonly holder: NamespaceHolder;
  /** The program in the lab, and the nsenter(1) outside that waits for it. */
  readonly inside: ProcessIdentity;
  readonly starter: ProcessIdentity;
}

async function until(condition: () => boolean): Promise<void> {
  const ask = async (): Promise<true | undefined> => Promise.resolve(condition() ? true : undefined);
  expect(await waitBriefly({ ask, everyMs: 5, limitMs: 10_000 })).toBe(true);
}

/** Namespaces with a program in them. */
async function hold(): Promise<Held> {
  const folder = new LabFolder(scratch(), 'example-12345678');
  mkdirSync(folder.run, { recursive: true });
  const holder = await createNamespace(folder.run, folder.log('namespace'), () => undefined);
  const host = new NamespaceHost({ holder, folder: folder.run, bin: '/nowhere' });
  const starters: ProcessIdentity[] = [];
  const started = await host.start(['sleep', '600'], 'guest.qemu.log', ({ starter }) => {
    if (starter !== null) starters.push(starter);
  });
  const inside = await waitBriefly({ ask: async () => started.identify(), everyMs: 5, limitMs: 10_000 });
  const [starter] = starters;
  if (inside === undefined || starter === undefined) throw new Error('it does not run');
  return { holder, inside, starter };
}

function stateOf({ pid }: ProcessIdentity): string {
  return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
}

/** nsenter(1) stops itself when its program is stopped; the program may go on, nsenter does not. */
async function stopAndContinue({ inside, starter }: Held): Promise<void> {
  process.kill(inside.pid, 'SIGSTOP');
  await until(() => stateOf(starter) === 'T');
  process.kill(inside.pid, 'SIGCONT');
  await until(() => stateOf(inside) === 'S');
  expect(stateOf(starter)).toBe('T');
}

async function expectGone({ holder, inside, starter }: Held): Promise<void> {
  expect(await destroyNamespace(holder)).toBe(true);
  for (const one of [holder.init, holder.outer, inside]) expect(isAlive(one)).toBe(false);
  await until(() => !isAlive(starter));
}

describe('the namespaces of a lab end', () => {
  it('when a program in them was stopped and went on', async () => {
    const held = await hold();
    await stopAndContinue(held);
    expect(findEntrants(held.holder.init)).toEqual([held.starter]);
    await expectGone(held);
  });

  it('when a program in them is stopped', async () => {
    const held = await hold();
    process.kill(held.inside.pid, 'SIGSTOP');
    await until(() => stateOf(held.starter) === 'T');
    await expectGone(held);
  });

  it('when what holds them is stopped', async () => {
    const held = await hold();
    for (const { pid } of [held.holder.init, held.holder.outer, held.starter]) process.kill(pid, 'SIGSTOP');
    await expectGone(held);
  });
});

describe('a holder that is about to be gone', () => {
  it('does not count as alive, although it is not gone yet', async () => {
    const held = await hold();
    expect(isHolderAlive(held.holder)).toBe(true);
    await stopAndContinue(held);
    expect(await killAndWait(held.holder.init, 100)).toBe(false);
    expect(isAlive(held.holder.init)).toBe(true);
    expect(isHolderAlive(held.holder)).toBe(false);
    await expectGone(held);
  });
});

/** Attaches to a process as a debugger does (PTRACE_SEIZE of ptrace(2)), and never looks after it. */
const TRACER = `
import ctypes, sys, time
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long] * 4
if libc.ptrace(0x4206, int(sys.argv[1]), 0, 0) != 0: sys.exit(ctypes.get_errno())
print('attached', flush=True)
time.sleep(600)
`;

describe('a debugger that does not let go of what has ended', () => {
  // Nothing else here can call ptrace(2).
  it.skipIf(findProgram('python3') === undefined)('is named', async () => {
    const held = await hold();
    const tracer = spawn('python3', ['-c', TRACER, String(held.inside.pid)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const attached = await new Promise<boolean>((resolve) => {
      tracer.stdout.once('data', () => {
        resolve(true);
      });
      tracer.once('close', () => {
        resolve(false);
      });
    });
    try {
      expect(attached).toBe(true);
      expect(await killAndWait(held.holder.init, 200)).toBe(false);
      expect(findHolding().some((one) => one.startsWith(`${tracer.pid} (`) && one.includes('python3'))).toBe(
        true,
      );
    } finally {
      tracer.kill('SIGKILL');
      await expectGone(held);
    }
  });
});
