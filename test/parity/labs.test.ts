import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { LabFile } from '../../src/definition/shape.js';
import { compareLab } from './support/compare-lab.js';
import { randomLab } from './support/random-lab.js';
import { Random } from './support/random.js';
import { caseCount, qemuProgram, seed } from './support/run.js';
import { runCases } from './support/run-cases.js';
import { shrinkLab } from './support/shrink-lab.js';
import { Tally } from './support/tally.js';

const ONE_IN = 100;
const [FEW_VFS, MANY_VFS] = [16, 255];

/** Each has to turn up, or the generator has lost its grip. */
const usual = ['ORDER', 'BUS', 'PF', 'ADDRESS', 'PROPERTY', 'NAME', 'HIDDEN'].map(
  (what) => `LAB-RULE-SRIOV-${what}`,
);

test('the validator and QEMU agree on random labs', async () => {
  const qemu = await qemuProgram();
  const random = new Random(seed);
  const labs = Array.from({ length: caseCount }, (_, index) =>
    randomLab(random, index % ONE_IN === 0 ? MANY_VFS : FEW_VFS),
  );
  const tally = new Tally();
  await runCases(labs, async (lab) => {
    const comparison = await compareLab(qemu, lab);
    tally.add(comparison);
    if (comparison.disagreement !== undefined) tally.disagreements.push(await describe(qemu, lab));
  });
  console.log(`seed ${seed}: ${tally.toString()}`);
  expect(tally.disagreements.join('\n')).toBe('');
  expect(usual.filter((code) => !tally.rules.has(code))).toEqual([]);
});

/** The disagreement of the smallest lab that still has one, and its definition. */
async function describe(qemu: string, lab: LabFile): Promise<string> {
  const smallest = await shrinkLab(
    lab,
    async (candidate) => (await compareLab(qemu, candidate)).disagreement !== undefined,
  );
  const { disagreement } = await compareLab(qemu, smallest);
  return `${disagreement ?? 'not the same twice'}\n${stringify(smallest)}`;
}
