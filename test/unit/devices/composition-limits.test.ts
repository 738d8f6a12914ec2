import { describe, expect, it } from 'vitest';
import { barsOf, hasIoBar } from '../../../src/devices/composition/bars.js';
import type { ComposedBus, ComposedDevice } from '../../../src/devices/composition/composition.js';
import { isOff, isOn } from '../../../src/devices/composition/drivers.js';
import { isExpress } from '../../../src/devices/composition/express.js';
import { judgeComposition } from '../../../src/devices/composition/judge.js';
import { virtioMode } from '../../../src/devices/composition/virtio-mode.js';
import { buses, nic, nvme, pf, vf } from './composed.js';

type Properties = ComposedDevice['properties'];

function rulesOf(devices: readonly ComposedDevice[], otherIds: readonly string[] = []): string[] {
  return judgeComposition(buses, devices, otherIds).map(({ rule, device, culprit }) =>
    [rule, device, ...(culprit === device ? [] : [`by ${culprit}`])].join(' '),
  );
}

const port: ComposedBus = { id: 'port', type: 'root-port', slot: 1 };
const bridge: ComposedBus = { id: 'bridge', type: 'pci-bridge', slot: 3 };

describe('nvme takes', () => {
  const plain = { sriov_max_vfs: 0 };
  it.each<[Properties, boolean]>([
    [{ ...plain, max_ioqpairs: 1 }, true],
    [{ ...plain, max_ioqpairs: 65_535 }, true],
    [{ ...plain, max_ioqpairs: 65_536 }, false],
    [{ ...plain, msix_qsize: 1 }, true],
    [{ ...plain, msix_qsize: 0 }, false],
    [{ ...plain, msix_qsize: 2048 }, true],
    // Without VFs nothing else is asked.
    [{ ...plain, sriov_vq_flexible: 1, sriov_max_vq_per_vf: 1 }, true],
    [{ sriov_vq_flexible: 0 }, false],
    [{ sriov_max_vq_per_vf: 0 }, true],
    [{ sriov_max_vq_per_vf: 2 }, true],
    [
      {
        sriov_max_vfs: 255,
        sriov_vq_flexible: 510,
        sriov_vi_flexible: 255,
        max_ioqpairs: 512,
        msix_qsize: 256,
      },
      true,
    ],
  ])('%j: %s', (properties, taken) => {
    // VFs past the end of the bus are another rule's.
    const found = rulesOf([nvme(properties)]).filter((rule) => rule.startsWith('nvme'));
    expect(found).toEqual(taken ? [] : ['nvme-parameters 0']);
  });

  it('both a number of its own and none of another driver’s', () => {
    expect(rulesOf([nic(0, { driver: 'e1000e', properties: { msix_qsize: 0 } })])).toEqual([]);
  });
});

describe('a property takes', () => {
  it.each<[string, string | number | boolean, boolean]>([
    ['host_mtu', 0, true],
    ['host_mtu', 65_535, true],
    ['host_mtu', '1500', true],
    ['host_mtu', -1, false],
    ['host_mtu', 1.5, false],
    ['host_mtu', '12x', false],
    ['host_mtu', 'x12', false],
    ['host_mtu', '', false],
    ['host_mtu', true, false],
    ['speed', -1, true],
    ['speed', -2, false],
    ['x-txburst', -0x80000000, true],
    ['x-txburst', -0x80000001, false],
    ['duplex', 'half', true],
    ['duplex', 'full', true],
    ['duplex', 'both', false],
    ['rx_queue_size', 512, true],
    ['rx_queue_size', 513, false],
    ['disable-legacy', true, true],
    ['disable-legacy', 'auto', true],
    ['mq', true, true],
    ['mq', false, true],
    ['mq', 'off', true],
    ['mq', 'auto', false],
    // Written by the model itself.
    ['mac', '52:54:00:00:00:01', true],
  ])('%s: %j: %s', (name, value, taken) => {
    expect(rulesOf([nic(0, { properties: { [name]: value } })])).toEqual(taken ? [] : ['property-value 0']);
  });
});

describe('a switch', () => {
  it('is on or off in each of the words that QEMU takes', () => {
    for (const word of [true, 'on', 'yes', 'true', 'y'])
      expect([word, isOn(word), isOff(word)]).toEqual([word, true, false]);
    for (const word of [false, 'off', 'no', 'false', 'n'])
      expect([word, isOn(word), isOff(word)]).toEqual([word, false, true]);
    for (const word of [undefined, 'auto', 1, 0, ''])
      expect([word, isOn(word), isOff(word)]).toEqual([word, false, false]);
  });
});

describe('the registers of a virtio-net', () => {
  const bars = (properties: Properties, bus = bridge): unknown =>
    JSON.parse(barsOf(nic(8, { properties }), bus));

  it.each<[Properties, number]>([
    [{}, 32],
    [{ mq: true }, 64],
    [{ host_mtu: 1500 }, 64],
    [{ host_mtu: 1500, mq: true }, 64],
  ])('with %j have %i bytes in I/O space', (properties, io) => {
    expect(bars(properties)).toMatchObject({ io });
  });

  it.each<[Properties, number]>([
    [{}, 4096],
    [{ vectors: 0 }, 0],
    [{ vectors: 1 }, 4096],
    [{ vectors: 254 }, 4096],
    [{ vectors: 255 }, 8192],
    [{ vectors: 2048 }, 65_536],
    [{ vectors: 2049 }, 0],
  ])('with %j have %i bytes of MSI-X', (properties, msix) => {
    expect(bars(properties, port)).toEqual({ io: 0, msix, notifyPort: false, pagePerQueue: false });
  });

  it('are in I/O space with the legacy interface, or when it notifies there', () => {
    expect(hasIoBar(nic(0), port)).toBe(false);
    expect(hasIoBar(nic(8), bridge)).toBe(true);
    expect(hasIoBar(nic(0, { properties: { 'modern-pio-notify': 'on' } }), port)).toBe(true);
  });
});

describe('the interfaces of virtio', () => {
  it.each<[string, Properties, ComposedBus, boolean, boolean]>([
    ['virtio-net-pci', {}, port, true, false],
    ['virtio-net-pci', {}, bridge, true, true],
    ['virtio-net-pci', { 'disable-legacy': 'on' }, bridge, true, false],
    ['virtio-net-pci', { 'disable-legacy': 'off' }, port, true, true],
    ['virtio-net-pci', { 'disable-modern': 'on' }, bridge, false, true],
    ['virtio-net-pci-non-transitional', {}, bridge, true, false],
    ['virtio-net-pci-transitional', {}, port, true, true],
  ])('of %s with %j', (driver, properties, bus, modern, legacy) => {
    expect(virtioMode(nic(0, { driver, properties }), bus)).toEqual({ modern, legacy });
  });

  it('decide where it is a PCI Express device; others are one anywhere', () => {
    expect(isExpress(nic(0), port)).toBe(true);
    expect(isExpress(nic(8), bridge)).toBe(false);
    expect(isExpress(nic(0, { properties: { 'disable-modern': true } }), port)).toBe(false);
    expect(isExpress(nic(8, { driver: 'igb' }), bridge)).toBe(true);
  });

  it('are nothing that other devices lack', () => {
    const legacy = { iommu_platform: true, 'disable-modern': true };
    expect(rulesOf([nic(8, { driver: 'e1000e', bus: 'bridge', properties: legacy })])).toEqual([]);
  });
});

describe('a finding is about', () => {
  it.each<[string, readonly ComposedDevice[], string[]]>([
    ['the VF where the PF is below it', [vf(1), pf(2)], ['pf-below-vfs 1 by 0']],
    ['the VF at the PF’s own place', [vf(0), pf(0)], ['address-in-use 1']],
    ['the VF that is on another bus', [vf(1), vf(2, { bus: 'other-port' }), pf()], ['pf-bus 2 by 1']],
    ['the VF that breaks the distance', [vf(1), vf(2), vf(4), pf()], ['vf-stride 3 by 2']],
    // A device that has no place keeps its id all the same.
    ['the PF that was refused before it', [pf(256), vf(1)], ['address-out-of-range 0', 'pf-before-vfs 1']],
    // A VF that was refused is no reason to refuse its PF as well.
    ['a VF alone, not its PF too', [vf(1, { bus: 'bridge' }), pf(0, { driver: 'igb' })], ['vf-needs-pcie 0']],
    // What a refused device would have made by itself is in nobody's way.
    [
      'the first of two that cannot be',
      [nic(2, { driver: 'igb', sriovPf: 'pf', id: 'card' }), nic(0x82), pf()],
      ['pf-is-a-vf 0'],
    ],
    ['each device that has an id twice', [nic(0, { id: 'a' }), nic(0, { id: 'a' })], ['duplicate-id 1']],
  ])('%s', (_, devices, found) => {
    expect(rulesOf(devices)).toEqual(found);
  });

  it('an id that is taken by a device that is no PCI function, but not by the root bus', () => {
    expect(rulesOf([nic(0, { id: 'subsys' })], ['subsys'])).toEqual(['duplicate-id 0']);
    expect(rulesOf([nic(0, { id: 'pcie.0' })])).toEqual([]);
  });

  it('a function beside a VF that a device made by itself, which is one of one function', () => {
    expect(rulesOf([nic(0, { driver: 'igb' }), nic(0x81)])).toEqual(['single-function 1']);
  });

  it('devices of its own bus', () => {
    const elsewhere = nic(0, { bus: 'other-port', multifunction: true });
    expect(rulesOf([elsewhere, nic(1)])).toEqual(['no-function-0 1']);
    // Function 2 is not the next one that function 0 of igb names.
    const next = { 'x-pcie-ari-nextfn-1': true };
    expect(rulesOf([nic(0, { driver: 'igb', properties: next }), nic(2)])).toEqual(['ari-chain-ends 1']);
  });

  it('a guest’s second look on the root bus: device 0 is not all that it asks for', () => {
    const further = [nic(32, { bus: 'pcie.0', multifunction: true }), nic(33, { bus: 'pcie.0' })];
    expect(rulesOf(further)).toEqual([]);
    const card = [nic(32, { bus: 'pcie.0', driver: 'igb', multifunction: true }), nic(34, { bus: 'pcie.0' })];
    expect(rulesOf(card)).toEqual([]);
    expect(rulesOf([nic(0xf9, { bus: 'bridge' })])).toEqual(['no-function-0 0']);
  });
});
