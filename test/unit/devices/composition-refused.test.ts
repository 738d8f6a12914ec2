import { describe, expect, test } from 'vitest';
import { judgeComposition } from '../../../src/devices/composition/judge.js';
import { buses, nic, nvme, pf, vf } from './composed.js';
import { refused } from './compositions.js';

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
