import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { packageFolder } from '../../../src/model/folders.js';

/** What a run of `lab` left behind. */
export interface Outcome {
  /** As a shell tells it: 128 and the signal's number for one that a signal ended. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `lab` that is still running. */
export interface RunningCommand {
  readonly process: ChildProcess;
  readonly outcome: Promise<Outcome>;
  /** Resolves once stderr holds the text; rejects when the command ends first. */
  said(text: string): Promise<void>;
}

/** A place for one test: a working folder, a state folder, a home, and programs first in PATH. */
export interface Place {
  readonly folder: string;
  readonly state: string;
  /** Runs `lab` to its end. */
  lab(...argv: readonly string[]): Promise<Outcome>;
  start(...argv: readonly string[]): RunningCommand;
  /** Runs any program with the environment in which `lab` runs here. */
  run(argv: readonly [string, ...string[]]): RunningCommand;
  /** Writes a file of the working folder. */
  write(path: string, text: string): string;
  /** Puts a program first in PATH; `script` is for /bin/sh. Returns its path. */
  program(name: string, script: string): string;
  environment: Record<string, string>;
  /** Ids of processes that have this place in their arguments or their working folder and do not end: what a lab has left. */
  leftProcesses(): Promise<number[]>;
  /** The same, right now. */
  processes(): number[];
  /** Names of what is left of labs in the state folder, without logs, locks and events. */
  leftState(): string[];
}

const SIGNALS: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
const entry = join(packageFolder(), 'bin/run.js');

/** The one cache with a provisioned toolchain in it: filling another takes a mirror and minutes. */
function sharedCache(): string {
  return process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
}

function processesAt(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        const state = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')[0];
        if (state === 'Z' || state === 'X') return false;
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder) ||
          readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** What the kernel is still taking away when a command returns does not count. */
async function processesThatStay(folder: string): Promise<number[]> {
  const deadline = Date.now() + 5000;
  let left = processesAt(folder);
  while (left.length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    left = processesAt(folder);
  }
  return left;
}

function stateIn(state: string): string[] {
  const labs = join(state, 'sriov-lab/labs');
  try {
    return readdirSync(labs, { recursive: true, encoding: 'utf8' }).filter(
      (name) => !/^[^/]+(\/(lock|events\.jsonl|(run|attempts(\/\d+)?)(\/[^/]+\.log)?))?$/.test(name),
    );
  } catch {
    return [];
  }
}

function follow(child: ChildProcess): RunningCommand {
  let [stdout, stderr] = ['', ''];
  const waiting: (() => void)[] = [];
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
    for (const look of waiting) look();
  });
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ exitCode: code ?? 128 + (SIGNALS[signal ?? ''] ?? 0), stdout, stderr });
    });
  });
  return {
    process: child,
    outcome,
    said: async (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (stderr.includes(text)) resolve();
        };
        waiting.push(look);
        look();
        void outcome.then(() => {
          reject(new Error(`it ended without saying ${JSON.stringify(text)}:\n${stderr}`));
        }, reject);
      }),
  };
}

function makePlace(folder: string): Place {
  const [bin, work, state] = ['bin', 'work', 'state'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [bin, work, state, join(folder, 'home'), join(folder, 'tmp')]) mkdirSync(path);
  const place: Place = {
    folder: work,
    state,
    environment: {
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      HOME: join(folder, 'home'),
      TMPDIR: join(folder, 'tmp'),
      XDG_STATE_HOME: state,
      XDG_CACHE_HOME: sharedCache(),
      XDG_DATA_HOME: join(folder, 'home'),
      XDG_CONFIG_HOME: join(folder, 'home'),
      LANG: 'C.UTF-8',
      TERM: 'xterm',
    },
    run: ([program, ...argv]) =>
      follow(spawn(program, argv, { cwd: work, env: place.environment, stdio: ['ignore', 'pipe', 'pipe'] })),
    start: (...argv) => place.run([process.execPath, entry, ...argv]),
    lab: async (...argv) => place.start(...argv).outcome,
    write: (path, text) => {
      const file = join(work, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    program: (name, script) => {
      const file = join(bin, name);
      writeFileSync(file, `#!/bin/sh\n${script}\n`);
      chmodSync(file, 0o755);
      return file;
    },
    processes: () => processesAt(folder),
    leftProcesses: async () => processesThatStay(folder),
    leftState: () => stateIn(state),
  };
  return place;
}

/** A place for each test of the file; whatever a test leaves there is ended and removed. Returns the current one. */
export function usePlace(): () => Place {
  let folder = '';
  let place: Place | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lab-cli-'));
    place = makePlace(folder);
  });
  afterEach(() => {
    for (const pid of processesAt(folder)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return () => {
    if (place === undefined) throw new Error('only within a test');
    return place;
  };
}

/** The parts of what `--json` prints that the tests look at. */
export interface JsonErrors {
  readonly errors: readonly { readonly code: string; readonly message: string; readonly hint: string }[];
  readonly causes: readonly string[];
}

export function jsonOf(outcome: Outcome): unknown {
  return JSON.parse(outcome.stdout);
}
