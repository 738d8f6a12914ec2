import { bareQemu } from './bare-qemu.js';
import { alternate, inSandbox, lab, runProgram, type Extent } from './run.js';
import { head, ratio, row, s } from './table.js';

/** Linux waits 100 ms after it sets VF Enable and 1 s after it clears it (drivers/pci/iov.c, sriov_enable, sriov_disable). */
const KERNEL_WAIT_PER_CYCLE = 1.1;
/** As many as `lab test` of that lab makes. */
const CYCLES = 10;

/** `lab test labs/quickstart` with everything cached, against QEMU alone, under TCG. */
export async function benchTest({ rounds, small }: Extent): Promise<void> {
  await inSandbox(async (folder, env) => {
    const cycles = small ? 1 : CYCLES;
    const { powerOff, cycling } = await bareQemu(folder, env, cycles);
    const test = async (): Promise<string> =>
      runProgram([...lab, 'test', 'quickstart', '--accel', 'tcg'], { env });
    // The first one finds nothing in the page cache.
    if (!small) await test();
    const times = await alternate({ powerOff, cycling, test }, rounds);
    const waits = CYCLES * KERNEL_WAIT_PER_CYCLE;
    head(
      'lab test labs/quickstart (TCG)',
      ...['what', 'median', 'ratio to bare boot', 'ratio to bare boot and cycles'],
    );
    row('bare QEMU: bzImage, initramfs, power-off', s(times.powerOff), '1.00', '');
    row(
      `bare QEMU: the same, and ${cycles} ${cycles === 1 ? 'time' : 'times'} 3 VFs created and removed`,
      ...[s(times.cycling), ratio(times.cycling, times.powerOff), '1.00'],
    );
    row(
      '`lab test labs/quickstart`',
      ...[s(times.test), ratio(times.test, times.powerOff), ratio(times.test, times.cycling)],
    );
    row(
      `the same without the ${waits.toFixed(1)} s that Linux sleeps in its ${CYCLES} cycles`,
      ...[s(times.test - waits), ratio(times.test - waits, times.powerOff), ''],
    );
  });
}
