import type { StoppedQemu } from './stopped-qemu.js';

const ECAM = 0xb0000000;

/** q35's PCIEXBAR (offset 0x60 of the host bridge), enabled for 256 buses at ECAM, as a firmware does. */
const enableEcam = [
  'outl 0xcf8 0x80000064',
  'outl 0xcfc 0x0',
  'outl 0xcf8 0x80000060',
  `outl 0xcfc ${ECAM + 1}`,
];

/** The PCI configuration space of a stopped QEMU, by q35's memory-mapped window. */
export class ConfigSpace {
  private constructor(private readonly qemu: StoppedQemu) {}

  static async open(qemu: StoppedQemu): Promise<ConfigSpace> {
    await qemu.qtest(enableEcam);
    return new ConfigSpace(qemu);
  }

  /** Reads 32-bit registers; `number` is DEVICE*8+FUNCTION. What is not there reads as 0xffffffff. */
  async read(places: readonly { bus: number; number: number; register: number }[]): Promise<number[]> {
    const answers = await this.qemu.qtest(
      places.map(({ bus, number, register }) => `readl ${at(bus, number, register)}`),
    );
    return answers.map((answer) => Number(answer.split(' ')[1]));
  }

  async readOne(bus: number, number: number, register: number): Promise<number> {
    const [value = 0] = await this.read([{ bus, number, register }]);
    return value;
  }

  async write(bus: number, number: number, register: number, value: number, bytes: 2 | 4): Promise<void> {
    await this.qemu.qtest([`write${bytes === 2 ? 'w' : 'l'} ${at(bus, number, register)} ${value}`]);
  }

  /** The place of an extended capability, or undefined. */
  async extendedCapability(bus: number, number: number, wanted: number): Promise<number | undefined> {
    for (let register = 0x100; register >= 0x100;) {
      const header = await this.readOne(bus, number, register);
      // A function without extended configuration space reads as all ones.
      if (header === 0 || header === 0xffffffff) return undefined;
      if ((header & 0xffff) === wanted) return register;
      register = header >>> 20;
    }
    return undefined;
  }
}

function at(bus: number, number: number, register: number): number {
  return ECAM + bus * 2 ** 20 + number * 2 ** 12 + register;
}
