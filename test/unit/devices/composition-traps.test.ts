import { describe, expect, test } from 'vitest';
import type { ComposedDevice, CompositionRule } from '../../../src/devices/composition/composition.js';
import { judgeComposition } from '../../../src/devices/composition/judge.js';
import { buses, nic, nvme, pf, vf } from './composed.js';

/** Rule, the indices of the devices that are caught, and the composition. */
const trapped: readonly (readonly [CompositionRule, readonly number[], readonly ComposedDevice[]])[] = [
  ['missing-pf', [0, 1], [vf(1), vf(2), nic(0, { id: 'PF' })]],
  ['missing-pf', [0], [vf(1), pf(0, { id: null })]],
  ['no-function-0', [0], [nic(1)]],
  ['no-function-0', [2], [vf(3), vf(4), pf(2)]],
  ['no-function-0', [0], [nic(8)]],
  ['no-function-0', [0], [nic(33, { bus: 'pcie.0' })]],
  ['function-0-alone', [2], [vf(1), pf(), nic(2)]],
  ['ari-chain-ends', [1], [nic(0, { driver: 'igb' }), nic(1)]],
  ['ari-chain-ends', [1], [nvme(), nic(3)]],
  ['beyond-device-0', [1], [nic(0), nic(8)]],
  ['sriov-out-of-reach', [0], [nic(8, { driver: 'igb', bus: 'bridge' })]],
  ['vf-io-bar', [0], [vf(1, { driver: 'virtio-net-pci-transitional' }), pf()]],
  ['vf-io-bar', [0], [vf(1, { properties: { 'modern-pio-notify': true } }), pf()]],
];

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
