import type { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { spawn } from '../../../src/process/spawn.js';
import { processesWith } from '../../support/processes-with.js';

const BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function start(script: string, input = false) {
  const command = spawn(['sh', '-c', script], { input, streams: 'piped' });
  return { command, stdout: bytesOf(command.stdout), stderr: bytesOf(command.stderr) };
}

describe('a program between streams', () => {
  it('gets every byte and gives it back, however many', async () => {
    const { command, stdout } = start('cat', true);
    const sent = Buffer.concat(Array.from({ length: 40_000 }, () => BYTES));
    command.stdin?.end(sent);
    expect((await stdout).equals(sent)).toBe(true);
    expect(await command.ended).toBe(0);
  });

  it('keeps both outputs apart, and tells its exit code', async () => {
    const { command, stdout, stderr } = start('printf out; printf err >&2; exit 7');
    expect([String(await stdout), String(await stderr), await command.ended]).toEqual(['out', 'err', 7]);
  });

  it.each([
    ['KILL', 137],
    ['TERM', 143],
    ['SEGV', 139],
  ])('that SIG%s has ended is told as a shell does', async (signal, code) => {
    expect(await start(`kill -${signal} $$`).command.ended).toBe(code);
  });

  it('need not read its input', async () => {
    const { command } = start('exit 3', true);
    command.stdin?.write(Buffer.alloc(1_000_000));
    expect(await command.ended).toBe(3);
  });

  it('has ended when it has, whatever it left running with its output', async () => {
    const { command, stdout } = start('sleep 8.11 & echo done');
    const began = Date.now();
    expect([await command.ended, String(await stdout)]).toEqual([0, 'done\n']);
    expect(Date.now() - began).toBeLessThan(5000);
    await command.end();
    expect(processesWith('8.11')).toEqual([]);
  });

  it('ends with all that it has started, and with what has left it since', async () => {
    const script = 'trap "" TERM; setsid sleep 97.31 & (sleep 97.31 &) ; sleep 97.31';
    const { command, stdout } = start(script);
    while (processesWith('97.31').length < 4) await new Promise((resolve) => setTimeout(resolve, 20));
    await command.end();
    await stdout;
    expect(await command.ended).toBeGreaterThan(128);
    expect(processesWith('97.31')).toEqual([]);
  });

  it('that cannot be started is an error', async () => {
    const command = spawn(['/no/such/program'], { input: false, streams: 'piped' });
    command.stderr.resume();
    // setpriv, which ties it to this process, says so.
    expect(await command.ended).toBe(127);
  });
});
