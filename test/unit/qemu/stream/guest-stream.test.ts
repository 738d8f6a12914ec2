import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { duplexPair, type Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../../../src/process/find-program.js';
import { spawnWithSocket, type SocketProcess } from '../../../../src/process/spawn.js';
import { NONCE_BYTES } from '../../../../src/qemu/stream/frames.js';
import { GuestStream, type GuestCommand } from '../../../../src/qemu/stream/guest-stream.js';
import { processesWith } from '../../../support/processes-with.js';

// The program of the guest itself, which this computer's compiler makes: lab builds it with another. Without one there is nothing to
// start; test/e2e/exec.test.ts has lab's own.
const COMPILER = findProgram('cc');
const SOURCE = 'src/images/guest-helper/files/lab-stream.c';
const FLAGS = [
  '-Wall',
  '-Wextra',
  '-Werror',
  '-nostdlib',
  '-static',
  '-ffreestanding',
  '-fno-stack-protector',
  '-O1',
];
const never = new AbortController().signal;

let running: SocketProcess[] = [];
let program = '';

beforeAll(() => {
  program = join(mkdtempSync(join(tmpdir(), 'lab-test-')), 'lab-stream');
  if (COMPILER !== undefined) execFileSync(COMPILER, [...FLAGS, '-o', program, SOURCE]);
});

afterAll(() => {
  rmSync(dirname(program), { recursive: true });
});

afterEach(() => {
  for (const { socket, kill } of running.splice(0)) {
    socket.destroy();
    kill();
  }
});

async function open(): Promise<{ stream: GuestStream; helper: SocketProcess }> {
  const helper = spawnWithSocket([program, '-'], {});
  running = [...running, helper];
  return { helper, stream: await GuestStream.open(helper.socket, never) };
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function start(stream: GuestStream, script: string, options: Partial<GuestCommand> = {}) {
  const command = stream.spawn({
    argv: ['/bin/sh', '-c', script],
    input: false,
    terminal: null,
    ...options,
  });
  return { command, stdout: bytesOf(command.stdout), stderr: bytesOf(command.stderr) };
}

async function outcome({ command, stdout, stderr }: ReturnType<typeof start>) {
  return { code: await command.ended, stdout: String(await stdout), stderr: String(await stderr) };
}

it('a guest that has lost a greeting is greeted again', async () => {
  const [ours, theirs] = duplexPair();
  let greetings = 0;
  theirs.on('data', (bytes: Buffer) => {
    const hello = bytes.indexOf(Buffer.from([0x48, NONCE_BYTES, 0, 0, 0]));
    if (hello < 0) return;
    greetings += 1;
    if (greetings === 2) theirs.write(bytes.subarray(hello));
  });
  await GuestStream.open(ours, never);
  expect(greetings).toBe(2);
});

describe.skipIf(COMPILER === undefined)('a session with lab-stream', () => {
  it('runs one command after another, with their exit codes and signals', async () => {
    const { stream } = await open();
    expect(await outcome(start(stream, 'echo out; echo err >&2; exit 7'))).toEqual({
      code: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await outcome(start(stream, 'kill -9 $$'))).toMatchObject({ code: 137 });
    expect(await outcome(start(stream, 'kill -15 $$'))).toMatchObject({ code: 143 });
    const missing = start(stream, '', { argv: ['/no/such/program'] });
    expect(await outcome(missing)).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('error 2') as string,
    });
  });

  it('passes on every byte, both ways, however many', async () => {
    const { stream } = await open();
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const sent = Buffer.concat(Array.from({ length: 40_000 }, () => all));
    const one = start(stream, 'cat', { input: true });
    one.command.stdin?.end(sent);
    expect((await one.stdout).equals(sent)).toBe(true);
    expect(await one.command.ended).toBe(0);
  });

  it('waits for whoever reads slowly, and for a command that does', async () => {
    const { stream } = await open();
    const command = stream.spawn({
      argv: ['/bin/sh', '-c', 'sleep 0.3; wc -c'],
      input: true,
      terminal: null,
    });
    let isWritten = false;
    command.stdin?.end(Buffer.alloc(3_000_000), () => {
      isWritten = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isWritten).toBe(false);
    command.stderr.resume();
    expect(String(await bytesOf(command.stdout)).trim()).toBe('3000000');
  });

  it('goes on if the command reads none of its input', async () => {
    const { stream } = await open();
    const one = start(stream, 'exec <&-; sleep 0.2; exit 5', { input: true });
    one.command.stdin?.end(Buffer.alloc(2_000_000));
    expect(await one.command.ended).toBe(5);
  });

  it('gives a command a terminal of the size that is asked for', async () => {
    const { stream } = await open();
    const terminal = { rows: 33, columns: 101, type: 'xterm' };
    const one = start(stream, 'stty size; read line; stty size; tty', { input: true, terminal });
    await new Promise((resolve) => setTimeout(resolve, 300));
    one.command.resize({ rows: 44, columns: 122 });
    one.command.stdin?.write('go\n');
    const { stdout } = await outcome(one);
    expect(stdout).toMatch(/^33 101\r\n(go\r\n)?44 122\r\n\/dev\/pts\/\d+\r\n$/);
  });

  it('ends a command with all that it has started, and serves on', async () => {
    const { stream } = await open();
    const one = start(stream, 'trap "" TERM; setsid sleep 96.41 & (sleep 96.41 &); sleep 96.41');
    while (processesWith('96.41').length < 4) await new Promise((resolve) => setTimeout(resolve, 20));
    await one.command.end();
    expect(processesWith('96.41')).toEqual([]);
    await expect(one.command.ended).rejects.toThrow('ended');
    expect(await outcome(start(stream, 'echo again'))).toMatchObject({ code: 0, stdout: 'again\n' });
  });

  it('leaves alone what a command that has ended left running', async () => {
    const { stream } = await open();
    expect(await outcome(start(stream, 'sleep 5.77 & echo done'))).toMatchObject({ stdout: 'done\n' });
    expect(processesWith('5.77').length).toBeGreaterThan(0);
    await outcome(start(stream, 'pkill -f "[5].77"'));
  });

  it('understands a client after one that left half a frame', async () => {
    const { helper } = await open();
    helper.socket.write(Buffer.from([0x49, 0xff, 0x7f, 0, 0, 1, 2, 3]));
    const stream = await GuestStream.open(helper.socket, never);
    expect(await outcome(start(stream, 'echo understood'))).toMatchObject({ stdout: 'understood\n' });
  });

  it('tells when the guest is gone', async () => {
    const { stream, helper } = await open();
    const one = start(stream, 'sleep 95.51');
    helper.kill();
    await expect(one.command.ended).rejects.toMatchObject({ code: 'LAB-STREAM-GONE' });
    // Nothing of it is left without whoever looks after it.
    while (processesWith('95.51').length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  });
});
