import type { Bus } from '../model/lab.js';
import { ROOT_BUS } from './buses.js';
import type { Addr } from './draft.js';

const FUNCTIONS_PER_DEVICE = 8;

/** Where a function is: QEMU's way of saying it, and the guest's. */
export interface Place {
  readonly bus: string;
  readonly number: number;
  readonly addr: string;
  readonly bdf: string;
}

/** DEVICE * 8 + FUNCTION of an `addr` as written. */
function numberOf(addr: Addr): number {
  const [device = '0', pciFunction = '0'] = String(addr).split('.');
  return Number.parseInt(device, 16) * FUNCTIONS_PER_DEVICE + Number(pciFunction);
}

/** `addr` of a function: past the eighth, ARI counts on through the device numbers. */
function addressText(number: number): string {
  return `${Math.floor(number / FUNCTIONS_PER_DEVICE).toString(16)}.${number % FUNCTIONS_PER_DEVICE}`;
}

function bdfText(bus: number, number: number): string {
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  return `0000:${hex(bus)}:${hex(Math.floor(number / FUNCTIONS_PER_DEVICE))}.${number % FUNCTIONS_PER_DEVICE}`;
}

/** Hands out places on the buses of one machine: the one that was chosen, else one that follows from what is there. */
export class Places {
  /** By bus: one more than the highest number in use. */
  readonly #next = new Map<string, number>();
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(buses: readonly Bus[]) {
    this.#numbers = new Map(buses.map(({ id, number }) => [id, number]));
    // The ports and bridges are devices of the root bus themselves.
    this.#next.set(ROOT_BUS, buses.length * FUNCTIONS_PER_DEVICE);
    // A bridge's hotplug controller knows no device 0.
    for (const { id, type } of buses) if (type === 'pci-bridge') this.#next.set(id, FUNCTIONS_PER_DEVICE);
  }

  /** A place for the first function of a device: on a bus with room for one device its next function, else the next device. */
  forDevice(bus: string, addr: Addr | null, oneDevice: boolean): Place {
    const next = this.#next.get(bus) ?? 0;
    const free = oneDevice ? next : Math.ceil(next / FUNCTIONS_PER_DEVICE) * FUNCTIONS_PER_DEVICE;
    return this.at(bus, addr === null ? free : numberOf(addr));
  }

  /** A place `stride` functions after another one, unless it is chosen. */
  after(number: number, stride: number, bus: string, addr: Addr | null): Place {
    return this.at(bus, addr === null ? number + stride : numberOf(addr));
  }

  private at(bus: string, number: number): Place {
    this.#next.set(bus, Math.max(this.#next.get(bus) ?? 0, number + 1));
    return { bus, number, addr: addressText(number), bdf: bdfText(this.#numbers.get(bus) ?? 0, number) };
  }
}
