import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lab, runProgram } from './measure.js';

const CYCLES = 10;
const POWER_OFF = '#!/bin/sh\nexec poweroff -f\n';
const CYCLE_VFS = `#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
modprobe virtio_net
pf=/sys/bus/pci/devices/0000:01:00.0
cycle=0
while [ "$cycle" -lt ${CYCLES} ]; do
    echo 3 >"$pf/sriov_numvfs"
    echo 0 >"$pf/sriov_numvfs"
    cycle=$((cycle + 1))
done
exec poweroff -f
`;

/** The guest's initramfs with one more program, as a second archive behind the first (Linux, early-userspace/buffer-format). */
async function withInit(initrd, script, folder, name, bin) {
  const root = join(folder, name);
  mkdirSync(root);
  writeFileSync(join(root, 'bench'), script);
  chmodSync(join(root, 'bench'), 0o755);
  const { stdout } = await runProgram([join(bin, 'busybox'), 'cpio', '-o', '-H', 'newc'], {
    cwd: root,
    stdin: 'pipe',
    input: 'bench\n',
    encoding: 'buffer',
  });
  const file = join(folder, `${name}.initrd`);
  writeFileSync(file, Buffer.concat([readFileSync(initrd), stdout]));
  return file;
}

/** The provisioned kernel as it ships: a bzImage. */
function shippedKernel(bin) {
  const modules = join(dirname(bin), 'tree/usr/lib/modules');
  return join(modules, readdirSync(modules)[0], 'vmlinuz');
}

/**
 * QEMU alone, as one would start it by hand: the quickstart's device list and initramfs, the kernel as the bzImage that it
 * ships as, user networking instead of taps. Returns functions that run it to power-off.
 */
export async function bareQemu(folder, env) {
  const rendered = join(folder, 'rendered');
  const { stdout } = await runProgram(
    [...lab, 'render', 'quickstart', '-o', rendered, '--images', '--json'],
    { env },
  );
  const { qemu } = JSON.parse(stdout);
  const bin = dirname(qemu);
  const powerOff = await withInit(join(rendered, 'guest.initrd'), POWER_OFF, folder, 'power-off', bin);
  const cycling = await withInit(join(rendered, 'guest.initrd'), CYCLE_VFS, folder, 'cycling', bin);
  const kernel = shippedKernel(bin);
  const written = readFileSync(join(rendered, 'guest.qemu'), 'utf8').split('\n').slice(0, -1);
  const boot = (initrd) => async () => {
    const args = written.map((argument, index) => {
      const option = written[index - 1];
      if (option === '-kernel') return kernel;
      if (option === '-initrd') return initrd;
      if (option === '-append') return `${argument} rdinit=/bench`;
      if (option === '-netdev') return `user,${argument.split(',').find((part) => part.startsWith('id='))}`;
      return argument;
    });
    await runProgram([qemu, '-accel', 'tcg', ...args], { cwd: folder, stdout: 'ignore' });
  };
  return { powerOff: boot(powerOff), cycling: boot(cycling), cycles: CYCLES };
}
