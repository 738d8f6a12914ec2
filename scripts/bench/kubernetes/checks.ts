import { median } from 'simple-statistics';
import type { TestResult } from '../../../src/results/run.js';
import { lab, runProgram } from '../run.js';
import { head, row, s } from '../table.js';
import { LAB } from './up.js';

/** `lab test` on the cluster that is up. Throws if a check fails. */
export async function testedCluster(
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<TestResult> {
  return JSON.parse(await runProgram([...lab, 'test', LAB, '--json', ...flags], { env })) as TestResult;
}

export function printChecks(results: readonly TestResult[]): void {
  head(`lab test ${LAB}, with the cluster up (TCG)`, 'check', 'median');
  for (const { title } of results[0]?.checks ?? [])
    row(
      title,
      s(medianSeconds(results, ({ checks }) => checks.find((one) => one.title === title)?.durationMs)),
    );
  row('all', s(medianSeconds(results, ({ durationMs }) => durationMs)));
}

function medianSeconds(
  results: readonly TestResult[],
  ms: (result: TestResult) => number | undefined,
): number {
  return median(results.flatMap((result) => ms(result) ?? [])) / 1000;
}
