import { printable } from '../errors/printable.js';
import type { Assertion, CheckResult } from '../checks/result.js';
import type { TestResult } from '../results/run.js';

const INDENT = '    ';

/** `#` and `\` have a meaning in a TAP description (TAP 14, "Escaping"); a line break would end it. */
function description(text: string): string {
  return printable(text.replace(/\s*[\r\n]+\s*/g, ' ')).replace(/[\\#]/g, '\\$&');
}

function comment(text: string): string[] {
  return text.split(/\r?\n/).map((line) => `# ${printable(line)}`);
}

function assertionLines(assertion: Assertion, number: number): string[] {
  return [
    `${assertion.ok ? 'ok' : 'not ok'} ${number} - ${description(assertion.title)}`,
    ...assertion.diagnostics.flatMap(comment),
  ];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

/** One check as a subtest of a TAP 14 stream, numbered from 1. */
export function checkToTap(result: CheckResult, number: number): string {
  const inner = [
    ...result.assertions.flatMap((assertion, index) => assertionLines(assertion, index + 1)),
    ...result.remarks.flatMap(comment),
    `1..${result.assertions.length}`,
  ];
  return [
    `# Subtest: ${description(result.title)}`,
    ...inner.map((line) => INDENT + line),
    `${result.ok ? 'ok' : 'not ok'} ${number} - ${description(result.title)} # time=${seconds(result.durationMs)}s`,
    '',
  ].join('\n');
}

/** A whole result as TAP 14. */
export function toTap(result: TestResult): string {
  const checks = result.checks.map((check, index) => checkToTap(check, index + 1));
  return [tapHead(), ...checks, tapEnd(result)].join('');
}

/** The lines before the first check. */
export function tapHead(): string {
  return 'TAP version 14\n';
}

/** The lines after the last check: the plan, and the circumstances of the run. */
export function tapEnd(result: TestResult): string {
  const { qemu, kernel, accelerator, accelerationReason } = result.circumstances;
  return [
    `1..${result.checks.length}`,
    ...comment(
      `lab ${result.lab}: QEMU ${qemu}, Linux ${kernel}, ${accelerator.toUpperCase()} (${accelerationReason})`,
    ),
    ...comment(`${seconds(result.durationMs)} s in all`),
    '',
  ].join('\n');
}
