import { describe, expect, test } from 'vitest';
import { LIMIT_MS, useNestedLab } from './support/nested-lab.js';

const { sandbox, lab } = useNestedLab();

describe('what is in the way is told at the step, and nothing stays', () => {
  test.each([
    ['a module that is not to be had', 'module_blacklist=vp_vdpa', 'LAB-HOST-MODULE'],
    ['an IOMMU that the kernel does not use', 'intel_iommu=off', 'LAB-HOST-IOMMU'],
  ])('%s', async (_, argument, code) => {
    const setting = `machines.server.kernelArguments=["${argument}"]`;
    const { exitCode, stderr } = await lab('up', 'vdpa', '--set', setting);
    expect(exitCode, stderr).toBe(3);
    expect(stderr).toContain(code);
    expect(stderr).toContain('next: ');
    expect(await sandbox().leftovers()).toEqual([]);
  });
});

/** Starts `lab up vdpa` and waits until it says that it is at a step. */
async function upUntil(step: RegExp) {
  const running = sandbox().startFor(LIMIT_MS, 'up', 'vdpa');
  await new Promise<void>((resolve) => {
    let said = '';
    running.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (step.test(said)) resolve();
    });
    void running.then(() => {
      resolve();
    });
  });
  // In an object: a program that is awaited is one that has ended.
  return { running };
}

describe('whatever is killed, `lab down` leaves nothing', () => {
  test.each([
    ['the server boots', /Boot server/, 0],
    ['the server is prepared for the guest', /Boot server/, 4500],
    ['the guest boots', /Boot guest/, 3000],
  ])('the tool, while %s', async (_, step, ms) => {
    const { running } = await upUntil(step);
    await new Promise((resolve) => setTimeout(resolve, ms));
    running.kill('SIGKILL');
    await running;
    expect((await lab('down', 'vdpa')).exitCode).toBe(0);
    expect(await sandbox().leftovers()).toEqual([]);
  });

  test('the QEMU of the server, while the guest boots', async () => {
    const { running } = await upUntil(/Boot guest/);
    process.kill(sandbox().pid('machine', 'server'), 'SIGKILL');
    const { exitCode, stderr } = await running;
    expect(exitCode, stderr).toBe(3);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(await sandbox().leftovers()).toEqual([]);
  });
});
