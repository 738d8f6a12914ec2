import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProcessError } from '../../../src/process/process-error.js';
import { run, runOrThrow } from '../../../src/process/run.js';
import { start } from '../../../src/process/start.js';
import { identify, isAlive, killAndWait } from '../../../src/process/identity.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error('nothing was thrown');
    },
    (error: unknown) => error,
  );
}

describe('run', () => {
  it('returns exit code and output byte for byte, the last newline too', async () => {
    expect(await run(['sh', '-c', 'printf "é\\n\\n"; printf x >&2; exit 7'])).toEqual({
      exitCode: 7,
      stdout: 'é\n\n',
      stderr: 'x',
    });
  });

  it('hands over arguments as they are: no shell looks at them', async () => {
    const hostile = ['$(id)', 'a b', '*', "'", '', ';'];
    const { stdout } = await run(['printf', '%s\\n', ...hostile]);
    expect(stdout.split('\n').slice(0, -1)).toEqual(hostile);
  });

  it('gives input, folder and environment', async () => {
    const { stdout } = await run(['sh', '-c', 'cat; pwd; echo "$LAB_X"'], {
      input: 'in\n',
      cwd: scratch(),
      env: { LAB_X: 'y' },
    });
    expect(stdout).toBe(`in\n${scratch()}\ny\n`);
  });

  it('gives no input unless told so', async () => {
    expect((await run(['cat'])).stdout).toBe('');
  });

  it('holds a megabyte of output', async () => {
    expect((await run(['head', '-c', '1000000', '/dev/zero'])).stdout).toHaveLength(1_000_000);
  });

  it('follows the lines of stderr as well as keeping them', async () => {
    const lines: string[] = [];
    const { stderr } = await run(['sh', '-c', 'echo one >&2; echo two >&2; printf three >&2'], {
      onStderrLine: (line) => lines.push(line),
    });
    expect(lines).toEqual(['one', 'two', 'three']);
    expect(stderr).toBe('one\ntwo\nthree');
  });

  it('ends what takes too long, and says so', async () => {
    const error = await thrownBy(run(['sh', '-c', 'echo its words >&2; exec sleep 100'], { timeoutMs: 300 }));
    expect(error).toBeInstanceOf(ProcessError);
    expect(error).toMatchObject({ timedOut: true, message: 'sh took too long and was ended\nits words' });
  });

  it('ends what a program has started too, which keeps its output open', async () => {
    const file = join(scratch(), 'pid');
    const started = Date.now();
    const running = run(['sh', '-c', `sleep 100 & echo $! > ${file}; trap '' TERM; wait; sleep 100`], {
      timeoutMs: 300,
    });
    expect(await thrownBy(running)).toMatchObject({ timedOut: true });
    expect(Date.now() - started).toBeLessThan(60_000);
    expect(identify(Number(readFileSync(file, 'utf8')))).toBeUndefined();
  });

  it('ends what a program has started and what is deaf to SIGTERM, before it returns', async () => {
    const file = join(scratch(), 'pid');
    const deaf = `trap "" TERM; echo $$ > ${file}; while :; do sleep 1; done`;
    const running = run(['sh', '-c', 'sh -c "$0" >/dev/null 2>&1 & sleep 100', deaf], { timeoutMs: 300 });
    expect(await thrownBy(running)).toMatchObject({ timedOut: true });
    const process = identify(Number(readFileSync(file, 'utf8')));
    await expect.poll(() => process !== undefined && isAlive(process), { timeout: 500 }).toBe(false);
  });

  it('names the signal that ended a program', async () => {
    expect(await thrownBy(run(['sh', '-c', 'kill -9 $$']))).toMatchObject({
      message: 'sh was ended by SIGKILL',
    });
  });

  it('says that a program could not be started, and why', async () => {
    expect(await thrownBy(run(['/no/such/program']))).toMatchObject({
      code: 'LAB-ENV-PROGRAM',
      problems: [{ message: 'this program is not there', location: { file: '/no/such/program' } }],
    });
  });

  it('ends the program and throws the signal’s own reason when aborted', async () => {
    const controller = new AbortController();
    const file = join(scratch(), 'pid');
    const running = run(['sh', '-c', `echo $$ > ${file}; echo there >&2; exec sleep 100`], {
      signal: controller.signal,
      onStderrLine: () => {
        controller.abort(new Error('that is enough'));
      },
    });
    expect(await thrownBy(running)).toMatchObject({ message: 'that is enough' });
    expect(identify(Number(readFileSync(file, 'utf8')))).toBeUndefined();
  });
});

describe('runOrThrow', () => {
  it('throws what the program said when its exit code is not 0', async () => {
    expect(await thrownBy(runOrThrow(['sh', '-c', 'echo no such thing >&2; exit 3']))).toMatchObject({
      exitCode: 3,
      message: 'sh ended with exit code 3\nno such thing',
    });
    expect(await runOrThrow(['true'])).toMatchObject({ exitCode: 0 });
  });

  it('shows the end of a long story', async () => {
    const error = (await thrownBy(
      runOrThrow(['sh', '-c', 'head -c 100000 /dev/zero | tr "\\0" x >&2; echo the end >&2; exit 1']),
    )) as Error;
    expect(error.message.length).toBeLessThan(3000);
    expect(error.message).toMatch(/…x+the end$/);
  });
});

describe('start', () => {
  it('appends both outputs to the log and tells how the program ended', async () => {
    const logFile = join(scratch(), 'log');
    for (const word of ['one', 'two']) {
      const { ended } = await start(['sh', '-c', `echo ${word}; echo "not $PWD" >&2; exit 5`], {
        cwd: scratch(),
        logFile,
      });
      expect(await ended).toEqual({ exitCode: 5, signal: undefined });
    }
    expect(readFileSync(logFile, 'utf8')).toBe(`one\nnot ${scratch()}\ntwo\nnot ${scratch()}\n`);
  });

  it('starts it in a session of its own', async () => {
    const logFile = join(scratch(), 'log');
    const { identity, ended } = await start(['sh', '-c', 'ps -o sid= -p $$'], { cwd: scratch(), logFile });
    await ended;
    expect(Number(readFileSync(logFile, 'utf8'))).toBe(identity.pid);
  });

  it('gives no input, or holds it open until a line is released', async () => {
    const logFile = join(scratch(), 'log');
    const closed = await start(['sh', '-c', 'read -r x; echo "got $x, $?"'], { cwd: scratch(), logFile });
    await closed.ended;
    expect(readFileSync(logFile, 'utf8')).toBe('got , 1\n');
    const held = await start(['sh', '-c', 'read -r x; echo "got $x, $?"'], {
      cwd: scratch(),
      logFile,
      stdin: 'held',
    });
    expect(isAlive(held.identity)).toBe(true);
    await held.release('go on');
    await held.ended;
    expect(readFileSync(logFile, 'utf8')).toBe('got , 1\ngot go on, 0\n');
  });

  it('throws when there is no such program', async () => {
    const starting = start(['/no/such/program'], { cwd: scratch(), logFile: join(scratch(), 'log') });
    expect(await thrownBy(starting)).toMatchObject({
      code: 'LAB-ENV-PROGRAM',
    });
  });

  it('tells a signal that ended it', async () => {
    const { identity, ended } = await start(['sleep', '100'], {
      cwd: scratch(),
      logFile: join(scratch(), 'log'),
    });
    await killAndWait(identity);
    expect(await ended).toEqual({ exitCode: undefined, signal: 'SIGKILL' });
  });
});
