import { describe, expect, it } from 'vitest';
import {
  placeOf,
  type ComposedDevice,
  type CompositionFinding,
} from '../../../src/devices/composition/composition.js';
import { judgeComposition } from '../../../src/devices/composition/judge.js';
import { refused, trapped } from './compositions.js';
import { buses, nic, nvme, pf, vf } from './composed.js';

function first(devices: readonly ComposedDevice[]): CompositionFinding | undefined {
  return judgeComposition(buses, devices)[0];
}

describe('what is told of a composition', () => {
  it.each([...refused, ...trapped])('%s: %j', (_, __, devices) => {
    const found = judgeComposition(buses, devices);
    expect(found.length).toBeGreaterThan(0);
    for (const { message, hint, culprit, device } of found) {
      const names = [devices[culprit], devices[device]].flatMap((one) =>
        one === undefined ? [] : [one.id ?? one.driver, one.driver, placeOf(one.number)],
      );
      expect(names.filter((name) => message.includes(name))).not.toEqual([]);
      expect(hint).toMatch(/\w+ \w+/);
    }
  });

  it.each<[string, readonly ComposedDevice[], string, string]>([
    ['a place', [nic(0x0c, { bus: 'nowhere' })], 'the virtio-net-pci at 1.4', 'buses'],
    ['a place past the bus', [nic(256, { id: 'far' })], '20.0', '0.0 to 1f.7'],
    [
      'what is in the way',
      [nic(0, { bus: 'pcie.0' })],
      '0.0 of pcie.0, where the host bridge',
      'place of its own',
    ],
    ['a port that is in the way', [nic(8, { bus: 'pcie.0' })], 'where port is already', 'place of its own'],
    [
      'the ISA bridge',
      [nic(0xf8, { bus: 'pcie.0' })],
      '1f.0 of pcie.0, where the ISA bridge',
      'place of its own',
    ],
    [
      'a device in the way without an id',
      [nic(0), nic(0, { id: 'late' })],
      'where virtio-net-pci is already',
      'place of its own',
    ],
    [
      'the VF of another device that is in the way',
      [nic(0, { driver: 'igb', id: 'card' }), nic(0x82)],
      'where a VF of card is already',
      'place of its own',
    ],
    [
      'which VF finds its place taken',
      [nic(0x80, { id: 'first', multifunction: true }), nic(0, { driver: 'igb', id: 'card' })],
      'a VF of card is to be at 10.0 of port, where first is already',
      'place of its own',
    ],
    [
      'function 0 of one function',
      [nic(0, { id: 'one' }), nic(1, { id: 'two' })],
      'two is at 0.1, but one, at 0.0,',
      '`multifunction: on`, or two',
    ],
    [
      'a further function of one',
      [nic(1, { id: 'two' }), nic(0, { id: 'one' })],
      'one is a device of one function, but two is a further',
      'give one the property `multifunction: on`',
    ],
    ['a driver that takes no VFs', [vf(1), pf(0, { driver: 'e1000e' })], 'e1000e takes no VFs', 'virtio-net'],
    [
      'a PF that is a VF',
      [vf(2, { sriovPf: 'vf1' }), vf(1), pf()],
      'vf2 names vf1 as its PF, but that is a VF itself',
      'virtio-net',
    ],
    [
      'a PF without the modern interface',
      [vf(1), pf(0, { properties: { 'disable-modern': true, 'disable-legacy': false } })],
      'that has no modern interface',
      'PCIe root port',
    ],
    [
      'a PF elsewhere',
      [vf(1), pf(8, { bus: 'bridge' })],
      'that is not behind a PCIe root port',
      'PCIe root port',
    ],
    [
      'a VF without the modern interface',
      [vf(1, { properties: { 'disable-modern': true, 'disable-legacy': false } })],
      'vf1 is a VF, but virtio-net-pci without the modern interface',
      'root port',
    ],
    [
      'a VF on a bridge',
      [vf(9, { bus: 'bridge' })],
      'vf9 is a VF, but bridge is a conventional',
      'root port',
    ],
    ['a VF on the root bus', [vf(33, { bus: 'pcie.0' })], 'but on the root bus virtio-net-pci', 'root port'],
    ['a model that cannot be a VF', [vf(1, { driver: 'e1000e' })], 'e1000e cannot be a VF of', 'virtio-net'],
    [
      'a VF that crashes QEMU',
      [vf(1, { driver: 'nvme' }), pf()],
      'nvme cannot be a VF; QEMU crashes',
      'virtio-net',
    ],
    ['a VF of itself', [vf(1, { id: 'pf' })], 'pf names itself', 'device of its own'],
    ['a PF that comes too early', [pf(), vf(1)], 'vf1 names pf as its PF, which QEMU', 'comes after all'],
    ['a PF above its VFs', [vf(1), pf(2)], 'vf1, at 0.1, is not above its PF pf, at 0.2', 'higher function'],
    [
      'a PF beside its VFs',
      [vf(1, { bus: 'other-port' }), pf()],
      'on other-port, its PF pf on port',
      'bus of',
    ],
    [
      'the distance of VFs',
      [vf(2), vf(4), vf(7), pf()],
      'vf7 is at 0.7; with the first VFs 2 apart it would have to be at 0.6',
      'evenly',
    ],
    [
      'VFs with another device ID',
      [vf(1), vf(2, { properties: { 'disable-legacy': false } }), pf()],
      'vf2 and vf1, VFs of one PF, differ in their device ID',
      'same `vectors`',
    ],
    [
      'VFs with other registers',
      [vf(1), vf(2, { properties: { vectors: 0 } }), pf()],
      'vf2 and vf1, VFs of one PF, differ in their base address registers',
      'same `vectors`',
    ],
    [
      'VFs past the end',
      [nic(0x72, { driver: 'igb', id: 'card' })],
      'the last VF of card would be at 20.0',
      'put card at a lower place',
    ],
    ['what a property takes', [nic(0, { properties: { host_mtu: 'x' } })], '`host_mtu`', 'from 0 to 65535'],
    ['words that it takes', [nic(0, { properties: { duplex: 'x' } })], '`duplex`', 'half or full'],
    ['a switch', [nic(0, { properties: { mq: 'x' } })], '`mq`', 'on or off'],
    ['a PF without an id', [vf(1), pf(0, { id: null })], 'vf1 names pf as its PF', 'give the PF the id pf'],
    [
      'a nameless device elsewhere, which is not meant',
      [vf(1), pf(0, { id: 'PF' }), nic(0, { bus: 'other-port' })],
      'vf1 names pf',
      'as it is called',
    ],
    [
      'a nameless VF, which is not meant',
      [vf(1, { id: null }), pf(0, { id: 'PF' })],
      'the virtio-net-pci at 0.1 names pf',
      'as it is called',
    ],
    ['where a guest looks', [nic(0x23, { bus: 'pcie.0', id: 'x' })], 'nothing is at 4.0', 'put it at 4.0'],
    ['where a guest looks behind a port', [nic(0x0b, { id: 'x' })], 'nothing is at 0.0', 'put it at 0.0'],
    [
      'that function 0 says it is alone',
      [vf(1), pf(), nic(2, { id: 'x' })],
      'x is a further function of pf',
      'give pf the property `multifunction: on`',
    ],
  ])('names %s', (_, devices, message, hint) => {
    const found = first(devices);
    expect(found?.message).toContain(message);
    expect(found?.hint).toContain(hint);
  });

  it.each([
    [{ sriov_max_vfs: 0, max_ioqpairs: 0 }, '`max_ioqpairs`'],
    [{ sriov_max_vfs: 0, msix_qsize: 0 }, '`msix_qsize` is not between 1 and 2048'],
    [{ sriov_vi_flexible: 0 }, 'VFs need both'],
    [{ sriov_vq_flexible: 3 }, '`sriov_vq_flexible` is less than two'],
    [{ max_ioqpairs: 5 }, '`max_ioqpairs` is not at least'],
    [{ sriov_vi_flexible: 1 }, '`sriov_vi_flexible` is less than one'],
    [{ msix_qsize: 2 }, '`msix_qsize` is not at least'],
    [{ sriov_max_vq_per_vf: 1 }, '`sriov_max_vq_per_vf` is less than two'],
  ])('names what of nvme does not fit: %j', (properties, words) => {
    expect(first([nvme(properties)])?.message).toContain(`of disk do not fit: ${words}`);
  });
});
