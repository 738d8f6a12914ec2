import { describe, expect, it } from 'vitest';
import { plainProgress } from '../../../src/cli/plain-progress.js';
import { withStep } from '../../../src/model/progress.js';

function lines(): { written: string[]; progress: ReturnType<typeof plainProgress> } {
  const written: string[] = [];
  return { written, progress: plainProgress((line) => written.push(line)) };
}

describe('progress where there is no terminal', () => {
  it('is one line when a step begins and one when it ends', async () => {
    const { written, progress } = lines();
    expect(await withStep(progress, 'Boot guest', async () => Promise.resolve(5))).toBe(5);
    progress.step('Ask').done('it is so');
    progress.warn('be careful');
    expect(written).toEqual([
      '… Boot guest',
      expect.stringMatching(/^✔ Boot guest \(\d+\.\d s\)$/),
      '… Ask',
      expect.stringMatching(/^✔ Ask \(\d+\.\d s\): it is so$/),
      '! be careful',
    ]);
  });

  it('says that a step failed, and hands on why', async () => {
    const { written, progress } = lines();
    await expect(
      withStep(progress, 'Boot guest', async () => Promise.reject(new Error('no'))),
    ).rejects.toThrow('no');
    expect(written[1]).toMatch(/^✖ Boot guest \(/);
  });

  it('does not repeat each detail', () => {
    const { written, progress } = lines();
    const step = progress.step('Run');
    for (let count = 0; count < 100; count += 1) step.update(`line ${count}`);
    expect(written).toEqual(['… Run']);
  });

  it('holds no colour and moves no cursor', () => {
    const { written, progress } = lines();
    progress.step('Run').done();
    expect(written.join('')).not.toContain('\u001b');
  });
});
