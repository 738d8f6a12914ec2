import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DefinitionError } from '../../../src/errors/families.js';
import { formatError } from '../../../src/errors/format.js';
import { renderLab } from '../../../src/lab/artefacts.js';
import { labFromDefinition } from '../../../src/definition/lab-from-definition.js';
import { loadDefinition } from '../../../src/definition/load.js';
import { packageFolder } from '../../../src/model/folders.js';
import { Dice } from '../../support/random.js';
import { useScratch } from '../../support/scratch.js';
import { mutateBytes, mutateLines } from './mutate-text.js';
import { mutateTree } from './mutate-tree.js';

// Other cases: LAB_FUZZ_SEED=2 LAB_FUZZ_CASES=100000 npx vitest run --project unit test/unit/fuzz
const SEED = Number(process.env['LAB_FUZZ_SEED'] ?? 1);
const CASES = Number(process.env['LAB_FUZZ_CASES'] ?? 2000);
const HANGS_AFTER_MS = 120_000 + CASES * 50;
const LARGEST_SEED = 5000;

const scratch = useScratch();

function yamlFilesIn(folder: string): Buffer[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile() && statSync(file).size <= LARGEST_SEED)
    .sort()
    .map((file) => readFileSync(file));
}

const root = packageFolder();
const labs = yamlFilesIn(join(root, 'labs'));
const wrong = yamlFilesIn(join(root, 'test/golden/errors'));

/** A definition, mostly one that works, with one to three mutations. */
function mutant(dice: Dice): Buffer {
  let text = dice.pick(dice.chance(0.6) ? labs : wrong);
  const other = dice.pick(dice.chance(0.5) ? labs : wrong);
  for (let count = 1 + dice.below(3); count > 0; count -= 1) {
    const kind = dice.below(10);
    if (kind < 2) text = mutateBytes(text, dice, other);
    else if (kind < 4) text = mutateLines(text, dice);
    else text = mutateTree(text, dice, other) ?? mutateBytes(text, dice, other);
  }
  return text;
}

/** What is wrong with the way in which a definition is refused; nothing when it is as it should be. */
function faultsOf(error: unknown, file: string): string[] {
  if (!(error instanceof DefinitionError)) return [String(error instanceof Error ? error.stack : error)];
  const faults = error.problems.flatMap(({ code, message, location, hint }) => [
    ...(/^LAB-(FILE|YAML|SHAPE|RULE|MORE)(-[A-Z]+)*$/.test(code) ? [] : [`code ${code}`]),
    ...(location?.file === file && (location.line ?? 0) > 0 && (location.column ?? 0) > 0
      ? []
      : [`no place: ${message}`]),
    ...(message !== '' && hint !== '' ? [] : [`no message or hint: ${code}`]),
    ...(/undefined|\[object|NaN|Invalid input/.test(hint) ? [`hint: ${hint}`] : []),
  ]);
  const text = formatError(error);
  const told = error.problems.map((problem) => JSON.stringify(problem));
  return [
    ...faults,
    ...(/\n\s+at \S+ \(/.test(text) ? ['a stack trace'] : []),
    // eslint-disable-next-line no-control-regex -- these are what must not get out
    ...(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(text) ? ['control characters'] : []),
    ...(new Set(told).size === told.length ? [] : ['a problem told twice']),
  ];
}

function outcomeOf(file: string): { readonly valid: boolean; readonly faults: readonly string[] } {
  let lab;
  try {
    lab = labFromDefinition(loadDefinition(file), { file });
  } catch (error) {
    return { valid: false, faults: faultsOf(error, file) };
  }
  try {
    renderLab(lab, { vhostNet: false, accelerator: 'tcg', acceleratorInside: 'tcg' });
    return { valid: true, faults: [] };
  } catch (error) {
    return {
      valid: true,
      faults: [`valid, but it cannot be rendered: ${String(error instanceof Error ? error.stack : error)}`],
    };
  }
}

test(
  `${CASES} mutated definitions (seed ${SEED}) are refused with a place and a way out, or can be rendered`,
  () => {
    const dice = new Dice(SEED);
    const file = join(scratch(), 'lab.yaml');
    const bad: string[] = [];
    let valid = 0;
    for (let number = 1; number <= CASES; number += 1) {
      const text = mutant(dice);
      writeFileSync(file, text);
      const outcome = outcomeOf(file);
      if (outcome.valid) valid += 1;
      if (outcome.faults.length > 0)
        bad.push(`case ${number}: ${outcome.faults.join('\n')}\n${JSON.stringify(text.toString('latin1'))}`);
    }
    expect(bad.length, bad.slice(0, 5).join('\n\n')).toBe(0);
    // Else the mutations are too wild, or too tame, to say anything.
    expect(valid).toBeGreaterThan(CASES / 50);
    expect(valid).toBeLessThan(CASES / 2);
  },
  HANGS_AFTER_MS,
);
