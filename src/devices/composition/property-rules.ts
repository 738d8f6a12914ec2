import { nameOf, type ComposedDevice, type Refusal } from './composition.js';
import { propertyTypes } from './property-types.js';

/** What a model writes by itself, and what is no property of the device to QEMU. */
const written = new Set([
  'id',
  'bus',
  'addr',
  'netdev',
  'mac',
  'romfile',
  'sriov-pf',
  'subsys',
  'serial',
  'drive',
]);

/** Properties that the device has not, and values that they do not take. */
export function propertiesFit(device: ComposedDevice): Refusal | undefined {
  const types = propertyTypes(device.driver);
  if (types === undefined) return undefined;
  for (const [name, value] of Object.entries(device.properties)) {
    if (written.has(name)) continue;
    const type = types.get(name);
    if (type === undefined) return unknownProperty(device, name);
    if (!type.accepts(value)) return wrongValue(device, name, type.takes);
  }
  return undefined;
}

function unknownProperty(device: ComposedDevice, name: string): Refusal {
  return {
    rule: 'unknown-property',
    message: `${nameOf(device)} is given \`${name}\`, and ${device.driver} has no such property that a composition may set`,
    hint: `see those there are: qemu-system-x86_64 -device ${device.driver},help`,
    qemu: `Property '${device.driver}.${name}'`,
  };
}

function wrongValue(device: ComposedDevice, name: string, takes: string): Refusal {
  return {
    rule: 'property-value',
    message: `\`${name}\` of ${nameOf(device)} has a value that it does not take`,
    hint: `it takes ${takes}`,
    qemu: name,
  };
}
