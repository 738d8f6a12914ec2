import { expect, test } from 'vitest';
import { LIMIT_MS, useNestedLab } from './support/nested-lab.js';

const { sandbox, lab } = useNestedLab();

/** Starts a command, and returns once its progress shows this. */
async function startedUntil(shown: RegExp, ...args: string[]) {
  const running = sandbox().startFor(LIMIT_MS, ...args);
  let over = false;
  await new Promise<void>((resolve) => {
    let said = '';
    running.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (shown.test(said)) resolve();
    });
    void running.then(() => {
      over = true;
      resolve();
    });
  });
  // In an object: a program that is awaited is one that has ended.
  return { running, isOver: () => over };
}

test('while the guest boots in the server and while it is tested, both can be looked at, and Ctrl-C ends its script', async () => {
  const up = await startedUntil(/Boot guest/, 'up', 'vdpa');
  const early = await lab('exec', 'vdpa', 'server', '--', 'uname', '-n');
  expect({ ...early, over: up.isOver() }).toMatchObject({ exitCode: 0, stdout: 'server', over: false });
  expect((await up.running).exitCode).toBe(0);

  const { running, isOver } = await startedUntil(/vdpa-path/, 'test', 'vdpa', '--check', 'vdpa-path');
  for (const machine of ['server.guest', 'server', 'server.guest']) {
    const { exitCode, stderr } = await lab('exec', 'vdpa', machine, '--', 'true');
    expect({ machine, exitCode, stderr }).toEqual({ machine, exitCode: 0, stderr: '' });
  }
  expect(isOver()).toBe(false);
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(130);
  const find = 'ps | grep "[/]run/lab/.*.sh"; true';
  expect((await lab('exec', 'vdpa', 'server.guest', '--', 'sh', '-c', find)).stdout).toBe('');

  const again = await lab('test', 'vdpa', '--check', 'vdpa-path');
  expect(again.exitCode, again.stderr).toBe(0);
});
