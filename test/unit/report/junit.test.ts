import { describe, expect, it } from 'vitest';
import { toJunit } from '../../../src/report/junit.js';
import { checkResult, hostile, testResult } from '../../support/results.js';
import { childrenNamed, parseXml } from '../../support/xml.js';

describe('the JUnit report', () => {
  it('has a suite for each check, a case for each assertion, and counts them', () => {
    const root = parseXml(
      toJunit(
        testResult([
          checkResult('vf-creation', [
            [true, 'one'],
            [false, 'two', 'wanted: 3', 'found: 2'],
          ]),
          { ...checkResult('traffic', [[true, 'three']]), remarks: ['12 Mbit/s', '3 ms'] },
        ]),
      ),
    );
    expect(root).toMatchObject({
      name: 'testsuites',
      attributes: { name: 'quickstart', tests: '3', failures: '1', time: '1.500' },
    });
    const suites = childrenNamed(root, 'testsuite');
    expect(suites.map(({ attributes }) => attributes)).toEqual([
      { name: 'vf-creation', tests: '2', failures: '1', errors: '0', time: '1.234' },
      { name: 'traffic', tests: '1', failures: '0', errors: '0', time: '1.234' },
    ]);
    const cases = childrenNamed(suites[0], 'testcase');
    expect(cases.map(({ attributes }) => attributes)).toEqual([
      { classname: 'vf-creation', name: 'one' },
      { classname: 'vf-creation', name: 'two' },
    ]);
    expect(cases[0]?.children).toEqual([]);
    const [failure] = childrenNamed(cases[1], 'failure');
    expect(failure).toMatchObject({ attributes: { message: 'wanted: 3' }, text: 'wanted: 3\nfound: 2' });
    expect(childrenNamed(suites[1], 'system-out')[0]?.text).toBe('12 Mbit/s\n3 ms');
  });

  it.each(hostile)('carries %j unharmed', (text) => {
    const root = parseXml(
      toJunit(testResult([{ ...checkResult(text, [[false, text, text]]), remarks: [text] }])),
    );
    const [suite] = childrenNamed(root, 'testsuite');
    const [testcase] = childrenNamed(suite, 'testcase');
    expect(testcase?.attributes['name']).toBe(text);
    expect(childrenNamed(testcase, 'failure')[0]?.text).toBe(text);
    expect(childrenNamed(suite, 'system-out')[0]?.text).toBe(text);
  });

  it('shows what a control character is, which XML cannot hold, and leaves out what is no character', () => {
    const text = 'a\u0000\u0001\u0008\u000b\u001b[31mb\ud800\ufffe\uffffc';
    const root = parseXml(toJunit(testResult([checkResult('x', [[true, text]])])));
    expect(childrenNamed(childrenNamed(root, 'testsuite')[0], 'testcase')[0]?.attributes['name']).toBe(
      String.raw`a\x00\x01\x08\x0b\x1b[31mbc`,
    );
  });

  it('has a failure for a check without any assertion: nobody reads it as passed', () => {
    const root = parseXml(toJunit(testResult([checkResult('traffic', [])])));
    expect(Number(root.attributes['failures'])).toBe(1);
    expect(childrenNamed(childrenNamed(root, 'testsuite')[0], 'testcase')).toHaveLength(1);
  });

  it('of no check is well-formed', () => {
    expect(parseXml(toJunit(testResult([]))).attributes).toMatchObject({ tests: '0', failures: '0' });
  });
});
