import type { ComposedBus, ComposedDevice } from './composition.js';

/** What holds a place on a bus. */
export interface Occupant {
  readonly name: string;
  /** Whether QEMU takes it for a function of a multifunction device. */
  readonly multifunction: boolean;
  readonly isVf: boolean;
}

/** A VF whose PF is still to come. */
export interface WaitingVf {
  readonly vf: ComposedDevice;
  /** Whether QEMU had nothing against it. */
  readonly accepted: boolean;
}

/** What q35 itself has on its root bus, with the machine options that labs use. */
const q35: readonly (readonly [number, Occupant])[] = [
  [0x00, { name: 'the host bridge', multifunction: false, isVf: false }],
  [0xf8, { name: 'the ISA bridge', multifunction: true, isVf: false }],
];

/** A machine while QEMU makes its devices, one after the other. */
export class MachineInProgress {
  readonly #places = new Map<string, Map<number, Occupant>>();
  readonly #ids = new Set<string>();
  readonly #waiting = new Map<string, WaitingVf[]>();

  constructor(private readonly buses: readonly ComposedBus[]) {
    for (const bus of buses) this.#places.set(bus.id, new Map(bus.type === 'root-bus' ? q35 : []));
    const root = buses.find((bus) => bus.type === 'root-bus');
    for (const { id, slot } of buses) {
      if (slot === null) continue;
      this.#ids.add(id);
      if (root !== undefined) this.place(root.id, slot * 8, { name: id, multifunction: false, isVf: false });
    }
  }

  bus(id: string): ComposedBus | undefined {
    return this.buses.find((bus) => bus.id === id);
  }

  at(bus: string, number: number): Occupant | undefined {
    return this.#places.get(bus)?.get(number);
  }

  place(bus: string, number: number, occupant: Occupant): void {
    this.#places.get(bus)?.set(number, occupant);
  }

  /** Whether a PCI device of that id is there already. */
  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    this.#ids.add(id);
  }

  /** Lets a VF wait for the PF that it names. */
  wait(vf: WaitingVf, pf: string): void {
    const waiting = this.#waiting.get(pf);
    if (waiting === undefined) this.#waiting.set(pf, [vf]);
    else waiting.push(vf);
  }

  waitingFor(pf: string | null): readonly WaitingVf[] {
    return (pf === null ? undefined : this.#waiting.get(pf)) ?? [];
  }

  get hasWaitingVfs(): boolean {
    return this.#waiting.size > 0;
  }
}
