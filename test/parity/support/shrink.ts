import type { ComposedDevice } from '../../../src/devices/composition/composition.js';
import type { CompositionCase } from './composition-case.js';

/** Takes away from a failing case whatever it fails without: devices, then properties. */
export async function shrink(
  failing: CompositionCase,
  stillFails: (composition: CompositionCase) => Promise<boolean>,
): Promise<CompositionCase> {
  for (const devices of smaller(failing.devices)) {
    const candidate = { ...failing, devices };
    if (await stillFails(candidate)) return shrink(candidate, stillFails);
  }
  return failing;
}

function* smaller(devices: readonly ComposedDevice[]): Iterable<ComposedDevice[]> {
  if (devices.length > 3) {
    const half = Math.floor(devices.length / 2);
    yield devices.slice(half);
    yield devices.slice(0, half);
  }
  for (const index of devices.keys()) yield devices.filter((_, other) => other !== index);
  for (const [index, device] of devices.entries()) {
    const replace = (change: Partial<ComposedDevice>): ComposedDevice[] =>
      devices.map((other, place) => (place === index ? { ...device, ...change } : other));
    for (const name of Object.keys(device.properties)) {
      const properties = Object.fromEntries(
        Object.entries(device.properties).filter(([other]) => other !== name),
      );
      yield replace({ properties });
    }
    if (device.multifunction) yield replace({ multifunction: false });
  }
}
