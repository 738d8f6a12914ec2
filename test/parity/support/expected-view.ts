import type { ComposedDevice, CompositionFinding } from '../../../src/devices/composition/composition.js';
import { ownVfNumbers } from '../../../src/devices/composition/drivers.js';
import type { CompositionCase } from './composition-case.js';

/** Traps by which a device, and a PF's VFs with it, does not come to the guest. */
const hiding = new Set([
  'missing-pf',
  'no-function-0',
  'function-0-alone',
  'ari-chain-ends',
  'beyond-device-0',
]);

/** `BUS NUMBER` of each function that a guest must find, given what the engine says of the composition. */
export function expectedView(
  { devices }: CompositionCase,
  findings: readonly CompositionFinding[],
): string[] {
  const of = (index: number): CompositionFinding | undefined =>
    findings.find(({ device }) => device === index);
  const isHidden = (index: number): boolean => hiding.has(of(index)?.rule ?? '');
  const pfIsHidden = ({ sriovPf }: ComposedDevice): boolean =>
    devices.some((pf, index) => pf.id === sriovPf && sriovPf !== null && isHidden(index));
  return devices
    .flatMap((device, index) => {
      if (isHidden(index) || pfIsHidden(device)) return [];
      const own = of(index)?.rule === 'sriov-out-of-reach' ? [] : ownVfNumbers(device);
      return [device.number, ...own].map((number) => `${device.bus} ${number}`);
    })
    .sort();
}

/** `BUS NUMBER` of each function that QEMU has made, whether a guest finds it or not. */
export function madeFunctions({ devices }: CompositionCase): string[] {
  return devices
    .flatMap((device) => [device.number, ...ownVfNumbers(device)].map((number) => `${device.bus} ${number}`))
    .sort();
}
