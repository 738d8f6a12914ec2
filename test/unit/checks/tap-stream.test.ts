import { describe, expect, it } from 'vitest';
import { TapStream } from '../../../src/checks/tap-stream.js';
import type { ScriptOutput } from '../../../src/checks/check.js';

function read(text: string, cut?: string): ScriptOutput {
  const stream = new TapStream('vf-creation.sh');
  for (const line of text.split('\n').filter((part) => part !== '')) stream.line(line);
  return stream.end(cut);
}

function verdict({ assertions }: ScriptOutput): boolean {
  return assertions.length > 0 && assertions.every(({ ok }) => ok);
}

const whole = 'vf-creation.sh runs to its end';

describe('a TAP stream', () => {
  it('that is fine passes, plan first or last, with or without a version', () => {
    for (const text of [
      'TAP version 14\n1..2\nok 1 - one\nok 2 - two',
      'ok 1 - one\nok 2 - two\n1..2',
      '1..2\nok one\nok two',
    ]) {
      const found = read(text);
      expect(found.assertions.map(({ ok, title }) => [ok, title])).toEqual([
        [true, 'one'],
        [true, 'two'],
      ]);
      expect(verdict(found)).toBe(true);
    }
  });

  it.each([
    ['empty', '', 'it made no assertion'],
    ['with a version alone', 'TAP version 14', 'it made no assertion'],
    ['with comments alone', '# starting\n# working', 'it made no assertion'],
    ['with a plan alone', '1..3', 'it made no assertion'],
    ['with a plan of nothing', '1..0', 'it made no assertion'],
    ['that is no TAP', 'sh: syntax error\nKilled', 'it made no assertion'],
    ['without a plan', 'ok 1 - one\nok 2 - two', 'its stream ends without a plan'],
    [
      'that was cut short after its plan',
      '1..3\nok 1 - one\nok 2 - two',
      'it planned 3 assertions and made 2',
    ],
    ['that says more than it planned', '1..1\nok 1 - one\nok 2 - two', 'it planned 1 assertions and made 2'],
    ['that bails out', '1..2\nok 1 - one\nBail out! no PF here', 'it gave up: no PF here'],
    ['that bails out after its plan is met', '1..1\nok 1 - one\nBail out! late', 'it gave up: late'],
  ])('%s fails', (_, text, reason) => {
    const found = read(text);
    expect(verdict(found)).toBe(false);
    expect(found.assertions.at(-1)).toMatchObject({ ok: false, title: whole });
    expect(found.assertions.at(-1)?.diagnostics[0]).toBe(reason);
  });

  it('that ends in the middle of a line fails', () => {
    const stream = new TapStream('vf-creation.sh');
    stream.line('1..2');
    stream.line('ok 1 - one');
    stream.line('ok');
    stream.line('o');
    expect(verdict(read('1..2\nok 1 - one\no'))).toBe(false);
  });

  it('that was cut from outside fails even if it looks whole, and says why', () => {
    const found = read('1..1\nok 1 - one', 'the machine went away');
    expect(verdict(found)).toBe(false);
    expect(found.assertions.at(-1)?.diagnostics).toEqual(['the machine went away']);
  });

  it('with a failed assertion fails', () => {
    expect(verdict(read('1..2\nok 1 - one\nnot ok 2 - two'))).toBe(false);
  });

  it('a failure that is said to be one to do is a failure', () => {
    expect(verdict(read('1..1\nnot ok 1 - one # TODO later'))).toBe(false);
  });

  it('gives a failed assertion the comments below it, and keeps the others as remarks', () => {
    const found = read(
      [
        '# before',
        'ok 1 - one',
        '# after one',
        'not ok 2 - two',
        '# wanted: 3',
        '# found: 2',
        'ok 3 - three',
        '# figure',
        '1..3',
      ].join('\n'),
    );
    expect(found.assertions).toEqual([
      { ok: true, title: 'one', diagnostics: [] },
      { ok: false, title: 'two', diagnostics: ['wanted: 3', 'found: 2'] },
      { ok: true, title: 'three', diagnostics: [] },
    ]);
    expect(found.remarks).toEqual(['before', 'after one', 'figure']);
  });

  it('shows the last remarks where a stream broke off', () => {
    const remarks = [1, 2, 3, 4, 5, 6, 7].map((number) => `# remark ${number}`).join('\n');
    expect(read(remarks).assertions.at(-1)?.diagnostics).toEqual([
      'it made no assertion',
      'remark 3',
      'remark 4',
      'remark 5',
      'remark 6',
      'remark 7',
    ]);
  });

  it('takes the YAML blocks below its assertions as data', () => {
    const found = read(
      ['ok 1 - one', '  ---', '    vf0: { rx: 1, tx: 2 }', '  ...', '# figure', 'ok 2 - two', '1..2'].join(
        '\n',
      ),
    );
    expect(found.data).toEqual([{ vf0: { rx: 1, tx: 2 } }]);
    expect(found.assertions.map(({ title }) => title)).toEqual(['one', 'two']);
    expect(found.remarks).toEqual(['figure']);
  });

  it('keeps # and \\ of a title that were escaped', () => {
    expect(read('1..1\nok 1 - a \\# b \\\\ c').assertions[0]?.title).toBe('a # b \\ c');
  });
});
