import type { Assertion } from '../checks/result.js';
import type { BenchResult, Run, TestResult } from '../results/run.js';
import { figureTitle, shortNumber, shortRange } from './bench-text.js';

function verdicts(result: BenchResult): Assertion[] {
  const believed: Assertion = {
    ok: result.refusals.length === 0,
    title: 'the measurements are credible',
    diagnostics: result.refusals,
  };
  const expected = result.expectations.map(({ expectation, met, found }): Assertion => ({
    ok: met,
    title: expectation,
    diagnostics: [found],
  }));
  return [...result.setup, believed, ...expected];
}

function figures({ comparisons, circumstances }: BenchResult): string[] {
  return comparisons.map((comparison) => {
    const { ratio, summaries, unit, verdict } = comparison;
    const { offload, software } = summaries;
    return `${figureTitle(comparison)}: offload ${shortNumber(offload.median)} ${unit}, software ${shortNumber(software.median)} ${unit}, ratio ${ratio.value.toFixed(2)} (${shortRange(ratio.low, ratio.high)}): ${verdict} (${circumstances.accelerator.toUpperCase()})`;
  });
}

/** A run as one of `lab test`, for formats that know only checks: a bench becomes one check with its verdicts as assertions. */
export function asTestResult(run: Run): TestResult {
  if (run.kind === 'test') return run;
  const { version, id, lab, instance, startedAt, durationMs, circumstances } = run;
  const assertions = verdicts(run);
  return {
    ...{ version, id, lab, instance, startedAt, durationMs, circumstances },
    kind: 'test',
    checks: [
      {
        title: 'bench',
        check: 'bench',
        machine: '',
        nic: '',
        ok: run.ok,
        assertions,
        remarks: figures(run),
        durationMs,
      },
    ],
  };
}
