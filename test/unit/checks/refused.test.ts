import { describe, expect, it } from 'vitest';
import { judgeRefusal } from '../../../src/checks/refused.js';

const SAID =
  'qemu-system-x86_64: -device virtio-net-pci,id=pf0.vf0: PCI device specified as SR-IOV PF already exists\n';

function verdict(said: string | null, reasons: readonly string[]): boolean {
  return judgeRefusal({ said, reasons }).assertions.every(({ ok }) => ok);
}

describe('judgeRefusal', () => {
  it('passes when QEMU ends with the message for one of the reasons, and shows it without its own path', () => {
    const { assertions, remarks } = judgeRefusal({ said: SAID, reasons: ['stride', 'PF already exists'] });
    expect(assertions.map(({ ok, title }) => [ok, title])).toEqual([
      [true, 'QEMU refuses the composition'],
      [true, 'QEMU gives the reason: PF already exists'],
    ]);
    expect(remarks).toEqual([
      'QEMU: -device virtio-net-pci,id=pf0.vf0: PCI device specified as SR-IOV PF already exists',
    ]);
  });

  it('fails when QEMU accepts the composition', () => {
    expect(verdict(null, ['PF already exists'])).toBe(false);
  });

  it('fails when QEMU ends for another reason, or says nothing, and shows what was expected', () => {
    const other = 'qemu-system-x86_64: -netdev tap,ifname=x: could not configure /dev/net/tun\n';
    expect(verdict(other, ['PF already exists'])).toBe(false);
    expect(verdict('', ['PF already exists'])).toBe(false);
    expect(verdict(SAID, [])).toBe(false);
    expect(judgeRefusal({ said: other, reasons: ['uneven', 'mismatch'] }).assertions[1]?.diagnostics).toEqual(
      [
        'it said: -netdev tap,ifname=x: could not configure /dev/net/tun',
        'expected: uneven',
        'expected: mismatch',
      ],
    );
  });

  it('finds QEMU’s sentence behind the warnings of others', () => {
    const { remarks } = judgeRefusal({ said: `a wrapper's warning\n/opt/qemu/${SAID}`, reasons: ['PF'] });
    expect(remarks[0]).toMatch(/^QEMU: -device virtio-net-pci/);
  });
});
