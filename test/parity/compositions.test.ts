import { expect, test } from 'vitest';
import { compare } from './support/compare.js';
import { argumentsOf, type CompositionCase } from './support/composition-case.js';
import { randomComposition } from './support/random-composition.js';
import { Random } from './support/random.js';
import { caseCount, qemuProgram, seed } from './support/run.js';
import { runCases } from './support/run-cases.js';
import { shrink } from './support/shrink.js';
import { Tally } from './support/tally.js';

/** Starting QEMU with hundreds of functions takes seconds: only some of the cases are so large. */
const ONE_IN = 100;
const [FEW_VFS, MANY_VFS] = [16, 255];

/** Each has to turn up, or the generator has lost its grip. */
const usual = [
  'pf-before-vfs',
  'pf-bus',
  'vf-stride',
  'vf-needs-pcie',
  'pf-model',
  'vf-model',
  'missing-pf',
  'no-function-0',
];

test('the engine and QEMU agree on random compositions', async () => {
  const qemu = await qemuProgram();
  const random = new Random(seed);
  const cases = Array.from({ length: caseCount }, (_, index) =>
    randomComposition(random, index % ONE_IN === 0 ? MANY_VFS : FEW_VFS),
  );
  const tally = new Tally();
  await runCases(cases, async (composition) => {
    const comparison = await compare(qemu, composition);
    tally.add(comparison);
    if (comparison.disagreement !== undefined) tally.disagreements.push(await describe(qemu, composition));
  });
  console.log(`seed ${seed}: ${tally.toString()}`);
  expect(tally.disagreements.join('\n')).toBe('');
  expect(usual.filter((rule) => !tally.rules.has(rule))).toEqual([]);
});

/** The disagreement of the smallest case that still has one, and the command line to see it with. */
async function describe(qemu: string, composition: CompositionCase): Promise<string> {
  const smallest = await shrink(
    composition,
    async (candidate) => (await compare(qemu, candidate)).disagreement !== undefined,
  );
  const { disagreement } = await compare(qemu, smallest);
  return `${disagreement ?? 'not the same twice'}\n  qemu-system-x86_64 -display none -S ${argumentsOf(smallest).join(' ')}`;
}
