import type { Assertion, CheckResult } from '../checks/result.js';
import { formatError } from '../errors/format.js';
import type { LabError } from '../errors/lab-error.js';
import type { TestResult } from '../results/run.js';
import { escapeXml } from './xml.js';

/** In an attribute, a reader would turn line breaks and tabs into spaces (XML 1.0, 3.3.3). */
function attribute(text: string): string {
  return `"${escapeXml(text).replace(/\n/g, '&#10;').replace(/\t/g, '&#9;')}"`;
}

function caseElement(check: CheckResult, assertion: Assertion): string {
  const head = `    <testcase classname=${attribute(check.title)} name=${attribute(assertion.title)}`;
  if (assertion.ok) return `${head}/>`;
  const detail = assertion.diagnostics.join('\n');
  return `${head}>\n      <failure message=${attribute(assertion.diagnostics[0] ?? assertion.title)}>${escapeXml(detail)}</failure>\n    </testcase>`;
}

/** A check without assertions has failed. A suite without a case would not show that. */
function assertionsOf(check: CheckResult): readonly Assertion[] {
  if (check.assertions.length > 0) return check.assertions;
  return [{ ok: false, title: 'the check makes an assertion', diagnostics: ['it made none'] }];
}

function failuresIn(assertions: readonly Assertion[]): number {
  return assertions.filter(({ ok }) => !ok).length;
}

function suiteElement(check: CheckResult): string {
  const assertions = assertionsOf(check);
  const time = (check.durationMs / 1000).toFixed(3);
  const remarks =
    check.remarks.length === 0 ? [] : [`    <system-out>${escapeXml(check.remarks.join('\n'))}</system-out>`];
  return [
    `  <testsuite name=${attribute(check.title)} tests="${assertions.length}" failures="${failuresIn(assertions)}" errors="0" time="${time}">`,
    ...assertions.map((assertion) => caseElement(check, assertion)),
    ...remarks,
    '  </testsuite>',
  ].join('\n');
}

/** What a report says of the run itself when that did not come to its end. */
const RUN = 'the run';

function errorSuite(why: LabError | string): string {
  const type = typeof why === 'string' ? 'LAB-INTERRUPTED' : why.code;
  const message = typeof why === 'string' ? why : why.message;
  const detail = typeof why === 'string' ? why : formatError(why);
  return [
    `  <testsuite name="${RUN}" tests="1" failures="0" errors="1" time="0.000">`,
    `    <testcase classname="${RUN}" name="comes to its end">`,
    `      <error type="${type}" message=${attribute(message)}>${escapeXml(detail)}</error>`,
    '    </testcase>',
    '  </testsuite>',
  ].join('\n');
}

/**
 * The result as JUnit XML, one suite a check and one case an assertion (times in seconds). `why`: what ended the run before its end; it is
 * one more case, with an error.
 */
export function toJunit(
  result: Pick<TestResult, 'lab' | 'durationMs' | 'checks'>,
  why?: LabError | string,
): string {
  const assertions = result.checks.flatMap(assertionsOf);
  const errors = why === undefined ? [] : [errorSuite(why)];
  const counts = `tests="${assertions.length + errors.length}" failures="${failuresIn(assertions)}" errors="${errors.length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name=${attribute(result.lab)} ${counts} time="${(result.durationMs / 1000).toFixed(3)}">`,
    ...result.checks.map(suiteElement),
    ...errors,
    '</testsuites>',
    '',
  ].join('\n');
}
