import type { Assertion, CheckResult } from '../checks/result.js';
import { printableLine } from '../errors/printable.js';
import type { TestResult } from '../results/run.js';
import { table } from './table.js';

/** Makes text bold or coloured where that can be seen. */
export type Style = (format: 'bold' | 'dim' | 'green' | 'red', text: string) => string;

const INDENT = '  ';

/** `1 check`, `2 checks`. */
function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function failed(assertions: readonly Assertion[]): readonly Assertion[] {
  return assertions.filter(({ ok }) => !ok);
}

function overview(checks: readonly CheckResult[], style: Style): string[] {
  const rows = checks.map(({ title, assertions, durationMs }) => {
    const wrong = failed(assertions).length;
    const count = counted(assertions.length, 'assertion');
    return [printableLine(title), wrong === 0 ? count : `${wrong} of ${count} failed`, seconds(durationMs)];
  });
  // Not as a column: what colours it has no width on a terminal.
  return table(rows).map((line, index) => INDENT + mark(checks[index]?.ok === true, style) + line);
}

function mark(ok: boolean, style: Style): string {
  return `${ok ? style('green', '✔') : style('red', '✖')} `;
}

function failure({ title, assertions, remarks }: CheckResult, style: Style): string[] {
  const indented = (text: string): string[] =>
    text.split('\n').map((line) => INDENT.repeat(3) + printableLine(line));
  const none = assertions.length === 0 ? [`${INDENT}it made no assertion`] : [];
  return [
    '',
    mark(false, style) + style('bold', printableLine(title)),
    ...none,
    ...failed(assertions).flatMap((assertion) => [
      `${INDENT}${mark(false, style)}${printableLine(assertion.title)}`,
      ...assertion.diagnostics.flatMap(indented),
    ]),
    ...remarks.flatMap(indented).map((line) => style('dim', line)),
  ];
}

/** The outcome in one sentence, with everything counted. */
function summary(checks: readonly CheckResult[]): string {
  const all = checks.flatMap(({ assertions }) => assertions);
  const bad = checks.filter(({ ok }) => !ok).length;
  const good = checks.length - bad;
  if (checks.length === 0) return 'no check ran';
  if (bad === 0) return `${counted(good, 'check')} passed, with ${counted(all.length, 'assertion')}`;
  const others = good === 0 ? '' : ` and ${good} passed`;
  return `${bad} of ${counted(checks.length, 'check')} failed${others}, with ${failed(all).length} of ${counted(all.length, 'assertion')} failed`;
}

function body(lab: string, checks: readonly CheckResult[], style: Style): string[] {
  return [
    style('bold', lab),
    ...overview(checks, style),
    ...checks.filter(({ ok }) => !ok).flatMap((check) => failure(check, style)),
  ];
}

/** What a person reads of a run of checks: each with its time, what failed, and a sentence. */
export function testText(result: TestResult, style: Style): string {
  const { lab, checks, durationMs, circumstances } = result;
  const { qemu, kernel, accelerator } = circumstances;
  const how = accelerator === 'tcg' ? 'by emulation (TCG)' : 'with KVM';
  const ok = checks.length > 0 && checks.every((check) => check.ok);
  const sentence = `${lab}: ${summary(checks)}, in ${seconds(durationMs)} ${how}, QEMU ${qemu}, Linux ${kernel}`;
  return [...body(lab, checks, style), '', style(ok ? 'green' : 'red', sentence), ''].join('\n');
}

/** The same for checks of a run that did not come to its end. */
export function partialText(lab: string, checks: readonly CheckResult[], style: Style): string {
  const sentence = `${lab}: the run did not come to its end; until then ${summary(checks)}`;
  return [...body(lab, checks, style), '', style('red', sentence), ''].join('\n');
}
