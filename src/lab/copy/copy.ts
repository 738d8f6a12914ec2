import {
  chmodSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '../../errors/families.js';
import { LabError } from '../../errors/lab-error.js';
import { explainSystemError } from '../../errors/system-error.js';
import type { Task } from '../../model/task.js';
import { spawn } from '../../process/spawn.js';
import type { Spawned } from '../../process/spawned.js';
import { startOnMember, type CommandContext } from '../exec.js';
import type { RunningLab } from '../running-lab.js';
import { withinTime } from '../within-time.js';
import type { CopyRequest } from './copy-place.js';
import { unpack } from './unpack.js';

export interface CopyOptions {
  readonly running: RunningLab;
  readonly context: CommandContext;
  /** In ms; Infinity: none. */
  readonly limitMs: number;
}

/** What was copied, and what of it was left out. */
export interface Copied {
  readonly target: string;
  readonly leftOut: readonly string[];
}

type Kind = 'folder' | 'file';

/** Its kind, mode, and time of its last change in seconds; nothing if it is not there. */
const LOOK =
  '[ -e "$0" ] || exit 0; if [ -d "$0" ]; then echo folder; else echo file; fi; stat -L -c "%a %Y" "$0"';
/** The content. A file's is what is read from it, not what its size says: those of /proc have none. */
const SEND: Readonly<Record<Kind, string>> = {
  folder: 'exec tar -C "$0" -cf - .',
  file: 'exec cat <"$0"',
};
/** Unpacks to the path, or into the folder of that path. A file is there at once or not at all. */
const UNPACK: Readonly<Record<Kind, string>> = {
  folder: `to=$0
[ ! -d "$to" ] || to=\${to%/}/$1
mkdir -p "$to" && exec tar -C "$to" -xf -`,
  file: `to=$0
[ ! -d "$to" ] || to=\${to%/}/$1
part=$(dirname "$to")/.lab-cp.$$
trap 'rm -rf "$part"' EXIT
mkdir "$part" && tar -C "$part" -xf - && mv -f "$part/$1" "$to"`,
};

/** GNU tar's own format is what busybox understands too, with names of any length. */
const PACK_HERE = ['tar', '--format=gnu', '--owner=0', '--group=0', '--numeric-owner'] as const;

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8').trim();
}

/** Throws LabError unless the command ends with 0, with what it has said. */
async function wellEnded(command: Spawned, said: Promise<string>, what: string): Promise<void> {
  const [code, words] = await Promise.all([command.ended, said]);
  if (code !== 0) throw notCopied(what, new Error(words === '' ? `it ended with ${code}` : words));
}

function notCopied(what: string, cause: unknown): LabError {
  return new LabError(
    {
      code: 'LAB-CP-FAILED',
      message: `${what} was not copied, or not all of it`,
      hint: 'see the reason below; it may be a full disk, or a folder that must not be written',
    },
    { cause },
  );
}

function noSource(path: string, where: string): UsageError {
  return new UsageError({
    code: 'LAB-CP-SOURCE',
    message: `there is no file or folder \`${path}\` ${where}`,
    hint: 'look at its name, and at the folder that it is in',
  });
}

/** Copies a file or a folder into or out of a machine or a peer. Throws LabError and UsageError, MachineError and OvertimeError. */
export async function copy(request: CopyRequest, options: CopyOptions, task: Task): Promise<Copied> {
  return request.direction === 'in' ? copyIn(request, options, task) : copyOut(request, options, task);
}

async function copyIn(request: CopyRequest, options: CopyOptions, task: Task): Promise<Copied> {
  const { member, there, here } = request;
  if (!existsSync(here)) throw noSource(here, 'on this computer');
  const source = resolve(here);
  const [folder, name] = [dirname(source), basename(source)];
  const kind: Kind = statSync(source).isDirectory() ? 'folder' : 'file';
  const content =
    kind === 'folder' ? ['-C', source, '-cf', '-', '.'] : ['-C', folder, '-hcf', '-', `./${name}`];
  await onMember(options, task, member, ['/bin/sh', '-c', UNPACK[kind], there, name], async (command) => {
    const packing = spawn([...PACK_HERE, ...content], { input: false, streams: 'piped' });
    const said = [textOf(command.stderr), textOf(packing.stderr)] as const;
    command.stdout.resume();
    try {
      // A receiver that ends early says why.
      if (command.stdin !== null) await pipeline(packing.stdout, command.stdin).catch(() => undefined);
      await wellEnded(command, said[0], `${member}:${there}`);
      await wellEnded(packing, said[1], here);
    } finally {
      await packing.end();
    }
  });
  return { target: `${member}:${there}`, leftOut: [] };
}

async function copyOut(request: CopyRequest, options: CopyOptions, task: Task): Promise<Copied> {
  const { member, there, here } = request;
  const { kind, mode, changed } = await look(request, options, task);
  const target = targetHere(here, basename(there));
  assertSameKind(target, kind);
  // A folder that is there gets what is copied beside what it has; everything else is there at once, or not at all.
  const isMerged = kind === 'folder' && existsSync(target);
  const scratch = mkdtempSync(join(isMerged ? tmpdir() : dirname(target), '.lab-cp-'));
  const part = isMerged ? target : join(scratch, 'part');
  try {
    if (kind === 'folder') mkdirSync(part, { recursive: true });
    const script = ['/bin/sh', '-c', SEND[kind], there] as const;
    const leftOut = await onMember(options, task, member, script, async (command) => {
      const said = textOf(command.stderr);
      try {
        const unpacked = kind === 'folder' ? await unpack(command.stdout, part) : undefined;
        if (kind === 'file') await pipeline(command.stdout, createWriteStream(part));
        await wellEnded(command, said, `${member}:${there}`);
        return unpacked?.leftOut ?? [];
      } catch (error) {
        throw error instanceof LabError ? error : await whyBroken(command, said, request, error);
      }
    });
    if (kind === 'file') {
      chmodSync(part, mode);
      utimesSync(part, changed, changed);
    }
    if (!isMerged) renameSync(part, target);
    return { target, leftOut };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The error for an archive that could not be unpacked: what the sender says of it explains more, if it says something. */
async function whyBroken(
  command: Spawned,
  said: Promise<string>,
  { member, there }: CopyRequest,
  error: unknown,
): Promise<Error> {
  await command.end();
  const words = await said;
  return (
    explainSystemError(error) ?? notCopied(`${member}:${there}`, words === '' ? error : new Error(words))
  );
}

/** Where a copy comes: into a folder that is there, under its own name. Throws UsageError if there is no folder for it. */
function targetHere(here: string, name: string): string {
  const path = resolve(here);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    return join(path, basename(resolve('/', name)));
  if (statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() === true && !here.endsWith('/'))
    return path;
  throw new UsageError({
    code: 'LAB-CP-TARGET',
    message: 'the folder to copy to does not exist',
    location: { file: here.endsWith('/') ? path : dirname(path) },
    hint: 'make it first',
  });
}

/** Throws UsageError if a file is to take the place of a folder, or the other way round. */
function assertSameKind(target: string, kind: Kind): void {
  const status = statSync(target, { throwIfNoEntry: false });
  if (status === undefined || status.isDirectory() === (kind === 'folder')) return;
  throw new UsageError({
    code: 'LAB-CP-TARGET',
    message:
      kind === 'folder' ? 'a folder cannot be copied onto a file' : 'a file cannot be copied onto a folder',
    location: { file: target },
    hint: 'remove it first, or copy to another place',
  });
}

interface Looked {
  readonly kind: Kind;
  readonly mode: number;
  /** In seconds after 1970. */
  readonly changed: number;
}

/** Asks what there is to copy. Throws UsageError if there is nothing. */
async function look({ member, there }: CopyRequest, options: CopyOptions, task: Task): Promise<Looked> {
  const text = await onMember(options, task, member, ['/bin/sh', '-c', LOOK, there], async (command) => {
    const said = textOf(command.stderr);
    const answer = await textOf(command.stdout);
    await wellEnded(command, said, `${member}:${there}`);
    return answer;
  });
  const [, kind, mode = '', changed = ''] = /^(folder|file)\n([0-7]+) (\d+)$/.exec(text) ?? [];
  if (kind !== 'folder' && kind !== 'file') throw noSource(there, `in ${member}`);
  return { kind, mode: Number.parseInt(mode, 8) & 0o777, changed: Number(changed) };
}

async function onMember<T>(
  { running, context, limitMs }: CopyOptions,
  task: Task,
  member: string,
  argv: readonly [string, ...string[]],
  work: (command: Spawned) => Promise<T>,
): Promise<T> {
  const options = { input: true, terminal: null, ownStreams: false };
  return withinTime(
    { limitMs, signal: task.signal },
    async (signal) => startOnMember(running, member, argv, options, context, { ...task, signal }),
    work,
  );
}
