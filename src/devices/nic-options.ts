import { functionsOf, type Bus, type Machine, type Nic, type NicFunction } from '../model/lab.js';
import type { BackendFacts } from './backends.js';
import { nicModel } from './catalog.js';
import type { DeviceArgument, QemuOption } from './qemu-option.js';

/** The functions of a NIC that are a `-device` of their own, in the order in which QEMU is told of them. */
export function renderedFunctions(nic: Nic): readonly NicFunction[] {
  const vfs = nic.vfs.filter((vf) => vf.sriovPf !== null);
  const others = [nic.pf, ...nic.siblings];
  return nic.order === 'pf-first' ? [...others, ...vfs] : [...vfs, ...others];
}

/** The `-device` of a function: what its model says, with its id, its place and its PF. */
export function functionDevice(pciFunction: NicFunction, nic: Nic): DeviceArgument {
  const { driver, properties } = nicModel(pciFunction.model).device(pciFunction, nic);
  return {
    driver,
    properties: {
      id: pciFunction.id,
      bus: pciFunction.bus,
      addr: pciFunction.addr,
      ...properties,
      ...pciFunction.properties,
      ...(pciFunction.sriovPf === null ? {} : { 'sriov-pf': pciFunction.sriovPf }),
    },
  };
}

const busDrivers = { 'root-port': 'pcie-root-port', 'pci-bridge': 'pcie-pci-bridge' } as const;

function busOptions({ id, type, slot }: Bus): QemuOption[] {
  if (type === 'root-bus') return [];
  const place = { id, bus: 'pcie.0', addr: `0x${slot.toString(16)}` };
  const properties = type === 'root-port' ? { ...place, chassis: slot } : place;
  return [{ option: '-device', argument: { driver: busDrivers[type], properties } }];
}

function nicOptions(nic: Nic, facts: BackendFacts): QemuOption[] {
  const functions = renderedFunctions(nic);
  return [
    ...functionsOf(nic)
      .filter((pciFunction) => functions.includes(pciFunction))
      .flatMap((pciFunction) => nicModel(pciFunction.model).backing(pciFunction, nic, facts)),
    ...functions.map((pciFunction): QemuOption => ({
      option: '-device',
      argument: functionDevice(pciFunction, nic),
    })),
    ...(nicModel(nic.model).completion?.(nic) ?? []),
  ];
}

/** The buses of a machine and what is on them, as options of QEMU in the order that it needs. */
export function machineOptions(machine: Machine, facts: BackendFacts): QemuOption[] {
  return [
    ...machine.buses.flatMap((bus) => busOptions(bus)),
    ...machine.nics.flatMap((nic) => nicOptions(nic, facts)),
  ];
}
