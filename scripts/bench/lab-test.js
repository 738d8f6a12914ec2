import { bareQemu } from './bare-qemu.js';
import { alternate, head, inSandbox, lab, ratio, row, runProgram, s } from './measure.js';

/** Linux waits 100 ms after it sets VF Enable and 1 s after it clears it (drivers/pci/iov.c, sriov_enable, sriov_disable). */
const KERNEL_WAIT_PER_CYCLE = 1.1;

/** `lab test labs/quickstart` with everything cached, against QEMU alone, under TCG. */
export async function benchTest(rounds) {
  await inSandbox(async (folder, env) => {
    const bare = await bareQemu(folder, env);
    const test = () => runProgram([...lab, 'test', 'quickstart', '--accel', 'tcg'], { env });
    await test();
    const times = await alternate({ powerOff: bare.powerOff, cycling: bare.cycling, test }, rounds);
    const waits = bare.cycles * KERNEL_WAIT_PER_CYCLE;
    head(
      'lab test labs/quickstart (TCG)',
      'what',
      'median',
      'ratio to bare boot',
      'ratio to bare boot and cycles',
    );
    row('bare QEMU: bzImage, initramfs, power-off', s(times.powerOff), '1.00', '');
    row(
      `bare QEMU: the same, and ${bare.cycles} times 3 VFs made and removed`,
      s(times.cycling),
      ratio(times.cycling, times.powerOff),
      '1.00',
    );
    row(
      '`lab test labs/quickstart`',
      s(times.test),
      ratio(times.test, times.powerOff),
      ratio(times.test, times.cycling),
    );
    row(
      `the same less the ${waits.toFixed(1)} s that Linux sleeps in those cycles`,
      s(times.test - waits),
      ratio(times.test - waits, times.powerOff),
      '',
    );
  });
}
