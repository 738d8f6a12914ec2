import { execa } from 'execa';
import { median } from 'simple-statistics';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interruption } from './interruption.js';

/** How much is measured. */
export interface Extent {
  readonly rounds: number;
  /** Only the smallest size of each kind: whether a section works, not how it grows. */
  readonly small: boolean;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export type Argv = readonly [string, ...string[]];

const project = fileURLToPath(new URL('../..', import.meta.url));
export const lab: Argv = [process.execPath, join(project, 'bin/run.js')];

/** Longer than anything here takes, the first build of Kubernetes beside other work included. */
const LIMIT_MS = 7_200_000;
/** An interrupted `lab` takes its lab down before it ends. */
const END_LIMIT_MS = 60_000;

/** Runs a program to its end and returns what it printed. Throws if it fails, and when this program is interrupted. */
export async function runProgram([file, ...args]: Argv, options: RunOptions = {}): Promise<string> {
  const { stdout } = await execa(file, args, {
    ...options,
    stdin: 'ignore',
    timeout: LIMIT_MS,
    cancelSignal: interruption,
    forceKillAfterDelay: END_LIMIT_MS,
  });
  return stdout;
}

/**
 * Starts a program that goes on running, and kills it when `work` is over, however that ends. Returns what `work` returns; the signal
 * that `work` is given, beside the process id, aborts if the program ends by itself.
 */
export async function withProgram<T>(
  [file, ...args]: Argv,
  options: RunOptions,
  work: (ended: AbortSignal, pid: number) => Promise<T>,
): Promise<T> {
  const running = execa(file, args, { ...options, stdin: 'ignore', stdout: 'ignore', reject: false });
  const ended = new AbortController();
  const end = running.then(({ exitCode, stderr }) => {
    ended.abort(new Error(`${file} ended with ${exitCode ?? 'a signal'}: ${stderr}`));
  });
  try {
    return await work(ended.signal, running.pid ?? 0);
  } finally {
    running.kill('SIGKILL');
    await end;
  }
}

/** Runs `work` with a temporary folder and a state folder of its own; takes down every lab in there, however `work` ends. */
export async function inSandbox(
  work: (folder: string, env: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lab-bench-'));
  const env = { XDG_STATE_HOME: join(folder, 'state') };
  try {
    await work(folder, env);
  } finally {
    const [file, ...args] = lab;
    await execa(file, [...args, 'down', '--all'], { env, stdin: 'ignore', reject: false });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds that `work` takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** Runs each contender, which returns the seconds that it took, in turn and `rounds` times. Returns the median of each. */
export async function mediansInTurn<Name extends string>(
  contenders: Readonly<Record<Name, () => Promise<number>>>,
  rounds: number,
): Promise<Record<Name, number>> {
  const names = Object.keys(contenders) as Name[];
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1)
    for (const name of names) times.get(name)?.push(await contenders[name]());
  return Object.fromEntries([...times].map(([name, list]) => [name, median(list)])) as Record<Name, number>;
}

/** Runs each contender in turn, `rounds` times. Returns the median seconds of each. */
export async function alternate<Name extends string>(
  contenders: Readonly<Record<Name, () => Promise<unknown>>>,
  rounds: number,
): Promise<Record<Name, number>> {
  const measured = Object.entries<() => Promise<unknown>>(contenders).map(
    ([name, work]) => [name, async () => seconds(work)] as const,
  );
  return mediansInTurn(Object.fromEntries(measured) as Record<Name, () => Promise<number>>, rounds);
}
