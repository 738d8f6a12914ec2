import { describe, expect, test } from 'vitest';
import type { ComposedDevice, CompositionRule } from '../../../src/devices/composition/composition.js';
import { judgeComposition } from '../../../src/devices/composition/judge.js';
import { buses, nic, nvme, pf, vf } from './composed.js';

/** Rule, the index of the device that is to blame, and the composition. */
const refused: readonly (readonly [CompositionRule, number, readonly ComposedDevice[]])[] = [
  ['duplicate-id', 1, [nic(0, { id: 'a' }), nic(0, { id: 'a', bus: 'other-port' })]],
  ['duplicate-id', 0, [nic(0, { id: 'bridge' })]],
  ['id-is-a-property', 0, [nic(0, { id: 'serial', driver: 'nvme' })]],
  ['unknown-bus', 0, [nic(0, { bus: 'nowhere' })]],
  ['address-out-of-range', 0, [nic(256)]],
  ['address-in-use', 1, [nic(0), nic(0)]],
  ['address-in-use', 0, [nic(0, { bus: 'pcie.0' })]],
  ['address-in-use', 0, [nic(8, { bus: 'pcie.0' })]],
  ['address-in-use', 1, [nic(0, { driver: 'igb' }), nic(128)]],
  ['address-in-use', 1, [nic(130), nic(0, { driver: 'igb' })]],
  ['single-function', 1, [nic(0), nic(1)]],
  ['single-function', 1, [nic(1), nic(0)]],
  ['single-function', 1, [vf(8), nic(9)]],
  ['virtio-without-mode', 0, [nic(0, { properties: { 'disable-modern': true } })]],
  ['virtio-iommu-legacy', 0, [nic(8, { bus: 'bridge', properties: { iommu_platform: true } })]],
  ['unknown-property', 0, [nic(0, { properties: { turbo: true } })]],
  ['property-value', 0, [nic(0, { properties: { ats: 1 } })]],
  ['property-value', 0, [nic(0, { properties: { host_mtu: 65_536 } })]],
  ['property-value', 0, [nic(0, { properties: { 'disable-legacy': 'yes' } })]],
  ['nvme-parameters', 0, [nvme({ sriov_vq_flexible: 3 })]],
  ['vf-model', 0, [vf(1, { driver: 'e1000e' }), pf()]],
  ['vf-model', 0, [vf(1, { driver: 'nvme' }), pf()]],
  ['vf-needs-pcie', 0, [vf(1, { bus: 'bridge' })]],
  ['vf-needs-pcie', 0, [vf(33, { bus: 'pcie.0' })]],
  ['vf-needs-pcie', 0, [vf(1, { properties: { 'disable-modern': true, 'disable-legacy': false } })]],
  ['pf-before-vfs', 1, [pf(), vf(1)]],
  ['pf-before-vfs', 0, [vf(1, { id: 'pf' })]],
  ['pf-before-vfs', 0, [vf(1, { sriovPf: 'port' })]],
  ['pf-before-vfs', 1, [vf(1), vf(2, { sriovPf: 'vf1' }), pf()]],
  ['pf-model', 1, [vf(1), pf(0, { driver: 'igb' })]],
  ['pf-model', 1, [vf(1), pf(0, { driver: 'nvme' })]],
  ['pf-model', 1, [vf(1), pf(0, { driver: 'e1000e' })]],
  ['bridge-device-0', 0, [nic(0, { bus: 'bridge' })]],
  ['pf-model', 1, [vf(1), pf(8, { bus: 'bridge' })]],
  ['pf-model', 1, [vf(2, { sriovPf: 'vf1' }), vf(1), pf()]],
  ['pf-is-a-vf', 0, [vf(1, { driver: 'igb' }), pf()]],
  ['pf-without-id', 1, [vf(1), nic(0, { driver: 'igb', bus: 'other-port' })]],
  ['pf-below-vfs', 1, [vf(1), pf(2)]],
  ['pf-bus', 1, [vf(1, { bus: 'other-port' }), pf()]],
  ['vf-device-ids', 2, [vf(1, { properties: { 'disable-legacy': false } }), vf(2), pf()]],
  ['vf-bars', 2, [vf(1, { properties: { vectors: 255 } }), vf(2), pf()]],
  ['vf-bars', 2, [vf(1, { properties: { vectors: 0 } }), vf(2), pf()]],
  ['vf-bars', 2, [vf(1, { properties: { 'page-per-vq': true } }), vf(2), pf()]],
  ['vf-stride', 3, [vf(1), vf(2), vf(4), pf()]],
  ['vfs-past-bus-end', 0, [nic(114, { driver: 'igb' })]],
];

describe.each(refused)('%s', (rule, device, devices) => {
  test(`by device ${device} of ${devices.map(({ driver, number }) => `${driver}@${number}`).join(' ')}`, () => {
    const [finding] = judgeComposition(buses, devices);
    expect(finding).toMatchObject({ rule, device, verdict: 'refused' });
    expect(finding?.qemu).not.toBe('');
  });
});

describe('nvme-parameters', () => {
  test.each([
    [{ sriov_max_vfs: 0, max_ioqpairs: 0 }, 'max_ioqpairs must be between'],
    [{ sriov_max_vfs: 0, msix_qsize: 2049 }, 'msix_qsize must be between'],
    [{ sriov_vi_flexible: 0 }, 'both sriov_vq_flexible and sriov_vi_flexible'],
    [{ sriov_vq_flexible: 3 }, 'sriov_vq_flexible must be greater'],
    [{ max_ioqpairs: 5 }, '(max_ioqpairs - sriov_vq_flexible)'],
    [{ sriov_vi_flexible: 1 }, 'sriov_vi_flexible must be greater'],
    [{ msix_qsize: 2 }, '(msix_qsize - sriov_vi_flexible)'],
    [{ sriov_max_vq_per_vf: 1 }, 'sriov_max_vq_per_vf must meet'],
    [
      {
        sriov_max_vfs: 256,
        sriov_vq_flexible: 512,
        sriov_vi_flexible: 256,
        max_ioqpairs: 600,
        msix_qsize: 300,
      },
      'no more free controller ids',
    ],
  ])('%o', (properties, qemu) => {
    expect(judgeComposition(buses, [nvme(properties)])[0]?.qemu).toContain(qemu);
  });

  test('VFs without a subsystem', () => {
    const disk = nic(0, { driver: 'nvme', properties: { sriov_max_vfs: 1 } });
    expect(judgeComposition(buses, [disk])[0]?.qemu).toContain('subsystem is required');
  });
});

test('all devices are looked at, and one that is refused does not make the next ones be', () => {
  const findings = judgeComposition(buses, [
    pf(),
    vf(1),
    vf(2),
    nic(0, { id: 'x', bus: 'other-port' }),
    nic(1, { bus: 'other-port' }),
  ]);
  expect(findings.map(({ rule, device }) => [rule, device])).toEqual([
    ['pf-before-vfs', 1],
    ['pf-before-vfs', 2],
    ['single-function', 4],
  ]);
});
