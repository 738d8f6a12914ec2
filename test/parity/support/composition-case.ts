import {
  placeOf,
  type ComposedBus,
  type ComposedDevice,
} from '../../../src/devices/composition/composition.js';

/** A machine's PCI devices, as they stand on QEMU's command line. */
export interface CompositionCase {
  readonly buses: readonly ComposedBus[];
  readonly devices: readonly ComposedDevice[];
}

const busDrivers = { 'root-port': 'pcie-root-port', 'pci-bridge': 'pcie-pci-bridge' };

/** What lab's machines have, without what has to be built or connected. */
const MACHINE = [
  ...['-M', 'q35,hpet=off,i8042=off,sata=off,smbus=off,vmport=off'],
  ...['-global', 'ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off'],
];

export function argumentsOf({ buses, devices }: CompositionCase): string[] {
  return [
    ...MACHINE,
    ...buses.flatMap(({ id, type, slot }) =>
      type === 'root-bus' || slot === null
        ? []
        : [
            '-device',
            `${busDrivers[type]},id=${id},bus=pcie.0,addr=${slot.toString(16)}.0${type === 'root-port' ? `,chassis=${slot}` : ''}`,
          ],
    ),
    ...devices
      .map(withOwnSubsystem)
      .flatMap((device) => [...subsystemOf(device), '-device', deviceArgument(device)]),
  ];
}

/** Which subsystem it is does not matter to the engine, and a copied device must not bring a second one of its name. */
function withOwnSubsystem(device: ComposedDevice, index: number): ComposedDevice {
  if (device.properties['subsys'] === undefined) return device;
  return { ...device, properties: { ...device.properties, subsys: `subsystem-${index}` } };
}

function subsystemOf({ properties }: ComposedDevice): string[] {
  const id = properties['subsys'];
  return id === undefined ? [] : ['-device', `nvme-subsys,id=${id}`];
}

function deviceArgument({
  driver,
  id,
  bus,
  number,
  sriovPf,
  multifunction,
  properties,
}: ComposedDevice): string {
  return [
    driver,
    ...(id === null ? [] : [`id=${id}`]),
    `bus=${bus}`,
    `addr=${placeOf(number)}`,
    // The option ROM of a NIC takes longer to load than everything else.
    ...(driver === 'nvme' || driver === 'e1000' ? [] : ['romfile=']),
    ...(driver === 'nvme' ? [`serial=${bus}-${number}`] : []),
    ...(sriovPf === null ? [] : [`sriov-pf=${sriovPf}`]),
    ...(multifunction ? ['multifunction=on'] : []),
    ...Object.entries(properties).map(([name, value]) => `${name}=${onOff(value)}`),
  ].join(',');
}

function onOff(value: string | number | boolean): string {
  if (typeof value !== 'boolean') return String(value);
  return value ? 'on' : 'off';
}
