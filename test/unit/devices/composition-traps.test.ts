import { describe, expect, test } from 'vitest';
import { judgeComposition } from '../../../src/devices/composition/judge.js';
import { buses, nic, pf, vf } from './composed.js';
import { trapped } from './compositions.js';

describe.each(trapped)('%s', (rule, caught, devices) => {
  test(devices.map(({ driver, number }) => `${driver}@${number}`).join(' '), () => {
    const findings = judgeComposition(buses, devices);
    expect(findings.map((finding) => [finding.rule, finding.device, finding.verdict, finding.qemu])).toEqual(
      caught.map((index) => [rule, index, 'trap', '']),
    );
  });
});

test('a PF without an id is told apart from one that is called otherwise', () => {
  expect(judgeComposition(buses, [vf(1), pf(0, { id: null })])[0]?.hint).toContain('give the PF the id pf');
  expect(judgeComposition(buses, [vf(1), pf(0, { id: 'PF' })])[0]?.hint).toContain('as it is called');
});

test('traps are not looked for in what QEMU refuses', () => {
  const findings = judgeComposition(buses, [vf(1), nic(0), nic(1, { id: 'in-the-way' })]);
  expect(findings.map(({ rule }) => rule)).toEqual(['address-in-use']);
});
