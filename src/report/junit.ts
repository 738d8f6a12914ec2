import type { Assertion } from '../checks/check.js';
import type { CheckResult, TestResult } from '../checks/result.js';

/** Characters that XML 1.0 cannot hold at all are left out; the five special ones are escaped. */
function escapeXml(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- XML 1.0, production 2: these are no characters
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/'/g, '&apos;')
  );
}

function caseElement(check: CheckResult, assertion: Assertion): string {
  const head = `    <testcase classname="${escapeXml(check.title)}" name="${escapeXml(assertion.title)}"`;
  if (assertion.ok) return `${head}/>`;
  const detail = assertion.diagnostics.join('\n');
  return `${head}>\n      <failure message="${escapeXml(assertion.diagnostics[0] ?? assertion.title)}">${escapeXml(detail)}</failure>\n    </testcase>`;
}

function suiteElement(check: CheckResult): string {
  const failures = check.assertions.filter(({ ok }) => !ok).length;
  const time = (check.durationMs / 1000).toFixed(3);
  const remarks =
    check.remarks.length === 0 ? [] : [`    <system-out>${escapeXml(check.remarks.join('\n'))}</system-out>`];
  return [
    `  <testsuite name="${escapeXml(check.title)}" tests="${check.assertions.length}" failures="${failures}" errors="0" skipped="0" time="${time}">`,
    ...check.assertions.map((assertion) => caseElement(check, assertion)),
    ...remarks,
    '  </testsuite>',
  ].join('\n');
}

/** The result as JUnit XML, one suite a check and one case an assertion (times in seconds). */
export function toJunit(result: TestResult): string {
  const assertions = result.checks.flatMap((check) => check.assertions);
  const failures = assertions.filter(({ ok }) => !ok).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeXml(result.lab)}" tests="${assertions.length}" failures="${failures}" time="${(result.durationMs / 1000).toFixed(3)}">`,
    ...result.checks.map(suiteElement),
    '</testsuites>',
    '',
  ].join('\n');
}
