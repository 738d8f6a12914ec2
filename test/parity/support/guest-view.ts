import { ConfigSpace } from './config-space.js';
import type { ComposedBus } from '../../../src/devices/composition/composition.js';
import type { StoppedQemu } from './stopped-qemu.js';

const ALL_ONES = 0xffffffff;
const CAPABILITY = { ari: 0x0e, sriov: 0x10 };
const MULTIFUNCTION = 0x80_0000;
/** SR-IOV control: VF Enable, VF Memory Space Enable, ARI Capable Hierarchy. */
const VFS_ON = 0x19;

/** What a guest finds on one bus: a function, and for a PF how many VFs it says and shows. */
export interface SeenFunction {
  readonly number: number;
  readonly totalVfs: number;
  /** Numbers of the VFs that answer once all are enabled. */
  readonly vfs: readonly number[];
  /** Whether the VFs want registers in I/O space. */
  readonly vfsWantIo: boolean;
}

/**
 * Enumerates the buses as Linux does (drivers/pci/probe.c: below a port, device 0 only; function 0 first; by ARI's chain
 * where function 0 has ARI, else functions 1 to 7 if function 0 says multifunction), then enables all VFs of each PF.
 */
export async function seeAsGuest(
  qemu: StoppedQemu,
  buses: readonly ComposedBus[],
): Promise<Map<string, SeenFunction[]>> {
  const space = await ConfigSpace.open(qemu);
  const seen = new Map<string, SeenFunction[]>();
  for (const [number, bus] of buses.entries()) {
    if (bus.slot !== null) await space.write(0, bus.slot * 8, 0x18, number * 0x1_0100, 4);
    const functions = await functionsOf(space, number, bus.type);
    seen.set(bus.id, await Promise.all(functions.map((one) => withVfs(space, number, one))));
  }
  return seen;
}

async function functionsOf(space: ConfigSpace, bus: number, type: ComposedBus['type']): Promise<number[]> {
  const devices = type === 'root-port' ? [0] : Array.from({ length: 32 }, (_, device) => device);
  const headers = await space.read(devices.map((device) => ({ bus, number: device * 8, register: 0 })));
  const found: number[] = [];
  for (const device of devices.filter((_, index) => headers[index] !== ALL_ONES)) {
    found.push(...(await functionsOfDevice(space, bus, device * 8, type)));
  }
  return found;
}

async function functionsOfDevice(
  space: ConfigSpace,
  bus: number,
  first: number,
  type: ComposedBus['type'],
): Promise<number[]> {
  if (type === 'root-port' && (await space.extendedCapability(bus, first, CAPABILITY.ari)) !== undefined) {
    return ariChain(space, bus);
  }
  const header = await space.readOne(bus, first, 0x0c);
  if ((header & MULTIFUNCTION) === 0) return [first];
  const numbers = [1, 2, 3, 4, 5, 6, 7].map((index) => first + index);
  const ids = await space.read(numbers.map((number) => ({ bus, number, register: 0 })));
  return [first, ...numbers.filter((_, index) => ids[index] !== ALL_ONES)];
}

async function ariChain(space: ConfigSpace, bus: number): Promise<number[]> {
  const chain = [0];
  for (let number = 0; ;) {
    const ari = await space.extendedCapability(bus, number, CAPABILITY.ari);
    if (ari === undefined) return chain;
    const next = ((await space.readOne(bus, number, ari + 4)) >>> 8) & 0xff;
    if (next <= number || (await space.readOne(bus, next, 0)) === ALL_ONES) return chain;
    chain.push(next);
    number = next;
  }
}

async function withVfs(space: ConfigSpace, bus: number, number: number): Promise<SeenFunction> {
  const sriov = await space.extendedCapability(bus, number, CAPABILITY.sriov);
  if (sriov === undefined) return { number, totalVfs: 0, vfs: [], vfsWantIo: false };
  const totalVfs = (await space.readOne(bus, number, sriov + 0x0c)) >>> 16;
  await space.write(bus, number, sriov + 0x10, totalVfs, 2);
  await space.write(bus, number, sriov + 0x08, VFS_ON, 2);
  const layout = await space.readOne(bus, number, sriov + 0x14);
  const [offset, stride] = [layout & 0xffff, layout >>> 16];
  const numbers = Array.from({ length: totalVfs }, (_, index) => number + offset + index * stride);
  // A VF's vendor ID reads as all ones by specification; its class does not.
  const classes = await space.read(numbers.map((vf) => ({ bus, number: vf, register: 8 })));
  const bars = await space.read(
    [0, 1, 2, 3, 4, 5].map((bar) => ({ bus, number, register: sriov + 0x24 + bar * 4 })),
  );
  return {
    number,
    totalVfs,
    vfs: numbers.filter((_, index) => classes[index] !== ALL_ONES),
    vfsWantIo: bars.some((bar) => (bar & 1) === 1),
  };
}
