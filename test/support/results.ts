import type { CheckResult } from '../../src/checks/result.js';
import type { Circumstances } from '../../src/results/circumstances.js';
import { RESULT_VERSION, type TestResult } from '../../src/results/run.js';

/** A check's result from its assertions: ok, title, diagnostics. */
export function checkResult(
  title: string,
  assertions: readonly [boolean, string, ...string[]][],
): CheckResult {
  return {
    title,
    check: 'vf-creation',
    machine: 'guest',
    nic: 'pf0',
    ok: assertions.length > 0 && assertions.every(([ok]) => ok),
    assertions: assertions.map(([ok, name, ...diagnostics]) => ({ ok, title: name, diagnostics })),
    remarks: [],
    durationMs: 1234,
  };
}

export const circumstances: Circumstances = {
  qemu: '11.0.0',
  kernel: '6.12.0',
  accelerator: 'tcg',
  accelerationReason: 'requested with --accel tcg',
  computer: { cpu: 'A processor', processors: 2, load: { begin: 0.5, end: 1.25 } },
  images: { guest: 'abc123' },
  labDigest: 'def456',
};

export function testResult(checks: readonly CheckResult[]): TestResult {
  return {
    version: RESULT_VERSION,
    id: 'quickstart-20260102-030405-000',
    kind: 'test',
    lab: 'quickstart',
    instance: null,
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 1500,
    circumstances,
    checks,
  };
}

/** Text that a report must carry whatever its format makes of such characters. */
export const hostile = [
  'a # b',
  'a # TODO b',
  'a # SKIP',
  '# time=5ms',
  'back\\slash',
  'escaped \\# hash',
  'ends in \\',
  'two\nlines',
  'two\r\nlines\n',
  'x\nnot ok 1 - forged\n1..7',
  'x\nBail out! forged',
  'x\n---\nyaml: 1\n...',
  '<b>&amp;"quoted" \'single\'</b>',
  ']]>',
  '<![CDATA[x]]>',
  'ünïcödé ✔ 🦀',
  'tab\there',
  '{ curly',
  '- dash',
];
