import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { recordedPart, type LabRecord } from '../../../src/lab/record.js';

export const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const LAB = join(PROJECT, 'bin/run.js');

export interface LabOutcome {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A state folder of its own, so that tests see nothing but what they did; toolchain and images are shared. */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'lab-e2e-'));
  readonly state = join(this.folder, 'state');
  readonly env: Record<string, string>;

  constructor(env: Record<string, string> = {}) {
    this.env = { XDG_STATE_HOME: this.state, ...env };
  }

  start(...args: string[]) {
    return this.startFor(240_000, ...args);
  }

  /** For labs that take longer: `limitMs` from now. */
  startFor(limitMs: number, ...args: string[]) {
    return execa(process.execPath, [LAB, ...args], {
      cwd: this.folder,
      env: this.env,
      reject: false,
      stdin: 'ignore',
      timeout: limitMs,
    });
  }

  async lab(...args: string[]): Promise<LabOutcome> {
    const { exitCode, signal, stdout, stderr } = await this.start(...args);
    return { exitCode, signal, stdout, stderr };
  }

  /** The record of the one lab that is up here. */
  record(): LabRecord {
    const labs = join(this.state, 'sriov-lab/labs');
    const [id] = readdirSync(labs);
    return JSON.parse(readFileSync(join(labs, id ?? '', 'state.json'), 'utf8')) as LabRecord;
  }

  /** The process of a machine's QEMU or of a service, as recorded; 0 when it is not. */
  pid(kind: 'machine' | 'service', name: string): number {
    return recordedPart(this.record(), kind, name)?.main?.pid ?? 0;
  }

  run(id = this.record().id): string {
    return join(this.state, 'sriov-lab/labs', id, 'run');
  }

  /** Runs a program in the namespaces of the lab that is up here; in a peer's network when `peer` is given. */
  async inNamespace(argv: string[], peer?: string): Promise<string> {
    const { holder, tools } = this.record();
    const enter = [
      '--target',
      String(holder?.init.pid),
      '--user',
      '--net',
      '--mount',
      '--pid',
      '--preserve-credentials',
    ];
    const inside = peer === undefined ? argv : ['nsenter', `--net=${this.run()}/netns/${peer}`, ...argv];
    const { stdout } = await execa('nsenter', [...enter, '--', ...inside], {
      env: { PATH: `${tools.bin}:${process.env['PATH'] ?? ''}` },
    });
    return stdout;
  }

  /** Processes that belong to this sandbox: their working folder, environment or arguments lie in it. */
  processes(): string[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((pid) => belongsTo(pid, this.folder))
      .map((pid) => `${pid} ${readOr(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
  }

  /** Sockets, pipes and mount points below the state folder. */
  specialFiles(): string[] {
    const paths = readdirSync(this.folder, { recursive: true, encoding: 'utf8' }).map((path) =>
      join(this.folder, path),
    );
    return paths.filter((path) => {
      const status = statSync(path, { throwIfNoEntry: false });
      return status !== undefined && !status.isFile() && !status.isDirectory();
    });
  }

  /** Everything that must not be there once the lab is down. */
  async leftovers(): Promise<string[]> {
    // What was killed may need a moment to be gone from /proc.
    for (let tries = 0; tries < 100 && this.processes().length > 0; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    return [...this.processes(), ...this.specialFiles()];
  }

  async dispose(): Promise<void> {
    await this.lab('down', '--all');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function belongsTo(pid: string, folder: string): boolean {
  const state = readOr(`/proc/${pid}/stat`);
  if (/\) [ZX] /.test(state)) return false;
  let cwd = '';
  try {
    cwd = readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // Gone, or another user's.
  }
  return (
    cwd.startsWith(folder) ||
    [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`].some((file) => readOr(file).includes(folder))
  );
}
