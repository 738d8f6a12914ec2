import { describe, expect, it } from 'vitest';
import { partialText, testText, type Style } from '../../../src/report/test-text.js';
import { checkResult, testResult } from '../../support/results.js';

const plain: Style = (_, text) => text;

const good = checkResult('vf-creation', [
  [true, 'three VFs appear'],
  [true, 'each has a driver'],
]);
const bad = {
  ...checkResult('traffic (guest pf0)', [
    [true, 'pf0.vf0 reaches the server'],
    [false, 'the server reaches pf0.vf0', 'got: 0 of 5', 'two\nlines'],
  ]),
  remarks: ['5 packets of 1400 bytes'],
};

describe('what a person reads of a run of checks', () => {
  it('is each check with its time, and a sentence that counts everything', () => {
    expect(testText(testResult([good, checkResult('enumeration', [[true, 'it is there']])]), plain)).toBe(
      [
        'quickstart',
        '  ✔ vf-creation  2 assertions  1.2 s',
        '  ✔ enumeration  1 assertion   1.2 s',
        '',
        'quickstart: 2 checks passed, with 3 assertions, in 1.5 s by emulation (TCG), QEMU 11.0.0, Linux 6.12.0',
        '',
      ].join('\n'),
    );
  });

  it('has what failed, with its diagnostics, and nothing of what did not', () => {
    expect(testText(testResult([good, bad]), plain)).toBe(
      [
        'quickstart',
        '  ✔ vf-creation          2 assertions              1.2 s',
        '  ✖ traffic (guest pf0)  1 of 2 assertions failed  1.2 s',
        '',
        '✖ traffic (guest pf0)',
        '  ✖ the server reaches pf0.vf0',
        '      got: 0 of 5',
        '      two',
        '      lines',
        '      5 packets of 1400 bytes',
        '',
        'quickstart: 1 of 2 checks failed and 1 passed, with 1 of 4 assertions failed, in 1.5 s by emulation (TCG), QEMU 11.0.0, Linux 6.12.0',
        '',
      ].join('\n'),
    );
  });

  it('says that a check that asserted nothing has failed, and that no check ran', () => {
    const text = testText(testResult([checkResult('traffic', [])]), plain);
    expect(text).toContain('✖ traffic\n  it made no assertion\n');
    expect(text).toContain('1 of 1 check failed, with 0 of 0 assertions failed');
    expect(testText(testResult([]), plain)).toContain('quickstart: no check ran, in');
  });

  it('is red where something is wrong, and green where not', () => {
    const named: Style = (format, text) => `<${format}>${text}</>`;
    expect(testText(testResult([good]), named)).toMatch(
      /<green>✔<\/> vf-creation[^]*\n<green>quickstart: 1 check passed/,
    );
    expect(testText(testResult([bad]), named)).toMatch(
      /<red>✖<\/> traffic[^]*\n<red>quickstart: 1 of 1 check failed/,
    );
    expect(testText(testResult([]), named)).toContain('<red>quickstart: no check ran');
  });

  it('has nothing in it that a terminal would obey', () => {
    const hostile = checkResult('traffic', [[false, '\u001b[2Jcleared', 'a\u001b]0;title\u0007']]);
    // eslint-disable-next-line no-control-regex -- these are the characters that it is about
    expect(testText(testResult([hostile]), plain)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it('of a run that was broken off is what ran', () => {
    expect(partialText('quickstart', [good, bad], plain)).toMatch(
      /✖ the server reaches pf0\.vf0\n[^]*quickstart: the run did not come to its end; until then 1 of 2 checks failed and 1 passed, with 1 of 4 assertions failed\n$/,
    );
  });
});
