import { describe, expect, it } from 'vitest';
import { runAttached } from '../../../src/process/run-attached.js';

const never = new AbortController().signal;

describe('a program in this one’s place', () => {
  it('returns its exit code, and what it has said when asked to', async () => {
    expect(
      await runAttached(['sh', '-c', 'echo "$LAB_X"; echo no >&2; exit 7'], {
        capture: true,
        env: { LAB_X: 'yes' },
        signal: never,
      }),
    ).toEqual({ exitCode: 7, stdout: 'yes\n', stderr: 'no\n' });
  });

  it('has this process’s own streams otherwise', async () => {
    const result = await runAttached(['sh', '-c', 'exit 3'], { capture: false, signal: never });
    expect(result).toEqual({ exitCode: 3, stdout: '', stderr: '' });
  });

  it('that a signal has ended is reported as a shell does', async () => {
    const result = await runAttached(['sh', '-c', 'kill -INT $$'], { capture: true, signal: never });
    expect(result.exitCode).toBe(130);
  });

  it('is ended when it is told to', async () => {
    const controller = new AbortController();
    const running = runAttached(['sleep', '100'], { capture: true, signal: controller.signal });
    setTimeout(() => {
      controller.abort();
    }, 50);
    expect((await running).exitCode).toBe(143);
  });

  it('that cannot be started is an error', async () => {
    await expect(runAttached(['/no/such/program'], { capture: true, signal: never })).rejects.toMatchObject({
      code: 'LAB-ENV-PROGRAM',
    });
  });
});
