import { Parser, type Result } from 'tap-parser';
import { describe, expect, it } from 'vitest';
import { checkToTap, tapEnd, tapHead } from '../../../src/report/tap.js';
import type { CheckResult } from '../../../src/checks/result.js';
import type { TestResult } from '../../../src/results/run.js';
import { checkResult, hostile, testResult } from '../../support/results.js';

interface Parsed {
  readonly ok: boolean;
  readonly plan: number;
  readonly asserts: { ok: boolean; name: string }[];
  readonly children: { name: string; ok: boolean; plan: number; asserts: { ok: boolean; name: string }[] }[];
  readonly extra: string[];
}

function parse(text: string): Parsed {
  const parser = new Parser();
  const parsed = { ok: false, plan: 0, asserts: [], children: [], extra: [] } as {
    -readonly [Key in keyof Parsed]: Parsed[Key];
  };
  const follow = (from: Parser, into: { plan: number; asserts: { ok: boolean; name: string }[] }): void => {
    from.on('assert', (result: Result) => {
      into.asserts.push({ ok: result.ok, name: result.name });
    });
    from.on('plan', ({ end }: { end: number }) => {
      into.plan = end;
    });
    from.on('extra', (line: string) => parsed.extra.push(line));
  };
  follow(parser, parsed);
  parser.on('child', (child: Parser) => {
    const one = { name: child.name, ok: false, plan: 0, asserts: [] };
    parsed.children.push(one);
    follow(child, one);
    child.on('complete', ({ ok }: { ok: boolean }) => {
      one.ok = ok;
    });
  });
  parser.on('complete', ({ ok }: { ok: boolean }) => {
    parsed.ok = ok;
  });
  parser.end(text);
  return parsed;
}

function report(checks: readonly CheckResult[]): string {
  const result: TestResult = testResult(checks);
  return tapHead() + checks.map((check, index) => checkToTap(check, index + 1)).join('') + tapEnd(result);
}

describe('the TAP report', () => {
  it('holds each check as a subtest with each of its assertions', () => {
    const parsed = parse(
      report([
        checkResult('vf-creation', [
          [true, 'one'],
          [true, 'two'],
        ]),
        checkResult('traffic', [[true, 'three']]),
      ]),
    );
    expect(parsed).toEqual({
      ok: true,
      plan: 2,
      asserts: [
        { ok: true, name: 'vf-creation' },
        { ok: true, name: 'traffic' },
      ],
      children: [
        {
          name: 'vf-creation',
          ok: true,
          plan: 2,
          asserts: [
            { ok: true, name: 'one' },
            { ok: true, name: 'two' },
          ],
        },
        { name: 'traffic', ok: true, plan: 1, asserts: [{ ok: true, name: 'three' }] },
      ],
      extra: [],
    });
  });

  it('fails as a whole, the check and the assertion, with its diagnostics below it', () => {
    const text = report([
      checkResult('vf-creation', [
        [true, 'one'],
        [false, 'two', 'wanted: 3\nok 9 - not an assertion', 'found: 2'],
      ]),
    ]);
    const parsed = parse(text);
    expect(parsed.ok).toBe(false);
    expect(parsed.asserts).toEqual([{ ok: false, name: 'vf-creation' }]);
    expect(parsed.children[0]?.asserts.map(({ ok }) => ok)).toEqual([true, false]);
    expect(text).toContain(
      '    not ok 2 - two\n    # wanted: 3\n    # ok 9 - not an assertion\n    # found: 2\n    1..2\n',
    );
  });

  it('fails when a check made no assertion', () => {
    expect(parse(report([checkResult('traffic', [])])).ok).toBe(false);
  });

  it.each(hostile)('survives a title, a diagnostic and a remark of %j', (text) => {
    const check = {
      ...checkResult(text, [
        [true, text],
        [false, text, text],
      ]),
      remarks: [text],
    };
    const parsed = parse(report([check]));
    expect(parsed.extra).toEqual([]);
    expect(parsed.ok).toBe(false);
    expect(parsed.plan).toBe(1);
    expect(parsed.asserts).toHaveLength(1);
    expect(parsed.children).toHaveLength(1);
    expect(parsed.children[0]?.plan).toBe(2);
    expect(parsed.children[0]?.asserts.map(({ ok }) => ok)).toEqual([true, false]);
    const oneLine = text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
    for (const { name } of parsed.children[0]?.asserts ?? []) expect(name.trim()).toBe(oneLine);
  });

  it('escapes # and \\ as TAP 14 wants, whatever this parser forgives', () => {
    const text = checkToTap(checkResult('a # b', [[true, 'c \\ d # e']]), 1);
    expect(text).toContain('    ok 1 - c \\\\ d \\# e\n');
    expect(text).toMatch(/^ok 1 - a \\# b # time=1\.23s$/m);
  });

  it('has nothing in it that a terminal would obey: what a guest says is in its titles and diagnostics', () => {
    const text = 'a\u001b[2J\u0007\u009b1A\u202eb\rc';
    const check = { ...checkResult(text, [[false, text, text]]), remarks: [text] };
    const said = report([check]);
    // eslint-disable-next-line no-control-regex -- these are what must not get out
    expect(said).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(said).toContain(String.raw`# a\x1b[2J\x07\x9b1A\u202eb\x0dc`);
    expect(parse(said).asserts).toHaveLength(1);
  });

  it('of no check at all has a plan of none', () => {
    expect(report([])).toMatch(/^TAP version 14\n1\.\.0\n# lab quickstart: /);
  });

  it('says what it was taken with', () => {
    expect(report([])).toContain(
      '# lab quickstart: QEMU 11.0.0, Linux 6.12.0, TCG (requested with --accel tcg)\n# 1.50 s in all\n',
    );
  });
});
