import * as Flags from '@oclif/core/flags';
import type { CheckResult } from '../checks/result.js';
import { checkToTap, tapEnd, tapHead, toTap } from '../report/tap.js';
import { partialText, testText } from '../report/test-text.js';
import type { TestResult } from '../results/run.js';
import { style } from './style.js';

/** `--tap`, for commands that report checks. */
export const tapFlag = {
  tap: Flags.boolean({ description: 'report in TAP 14 on a terminal too, as into a file or a pipe' }),
};

/** Where the results of checks are shown. */
interface TestOutput {
  /** A check is done. */
  onResult(check: CheckResult): void;
  end(result: TestResult): void;
  /** The run ends without a result: an error, or an interruption. */
  broken(lab: string): void;
}

/** For programs: each check as soon as it is done. */
function tapOutput(): TestOutput {
  let reported = 0;
  return {
    onResult: (check) => {
      reported += 1;
      process.stdout.write(`${reported === 1 ? tapHead() : ''}${checkToTap(check, reported)}`);
    },
    end: (result) => {
      process.stdout.write(tapEnd(result));
    },
    broken: () => undefined,
  };
}

/** For people: at the end, as the progress on the same terminal shows each check meanwhile. */
function textOutput(): TestOutput {
  const checks: CheckResult[] = [];
  return {
    onResult: (check) => {
      checks.push(check);
    },
    end: (result) => {
      process.stdout.write(`\n${testText(result, style)}`);
    },
    broken: (lab) => {
      if (checks.length > 0) process.stdout.write(`\n${partialText(lab, checks, style)}`);
    },
  };
}

const silent: TestOutput = { onResult: () => undefined, end: () => undefined, broken: () => undefined };

interface Wishes {
  readonly json: boolean;
  readonly tap: boolean;
}

/**
 * Runs checks, and shows on stdout what they find: TAP 14, or on a terminal what a person reads. `run` is given what to call for each
 * check that is done.
 */
export async function withTestOutput(
  lab: string,
  { json, tap }: Wishes,
  run: (onResult: (check: CheckResult) => void) => Promise<TestResult>,
): Promise<TestResult> {
  const loud = tap || !process.stdout.isTTY ? tapOutput() : textOutput();
  const output = json ? silent : loud;
  let result: TestResult;
  try {
    result = await run((check) => {
      output.onResult(check);
    });
  } catch (error) {
    output.broken(lab);
    throw error;
  }
  output.end(result);
  return result;
}

/** A whole result in the same form. */
export function testResultText(result: TestResult, tap: boolean): string {
  return tap || !process.stdout.isTTY ? toTap(result) : testText(result, style);
}
