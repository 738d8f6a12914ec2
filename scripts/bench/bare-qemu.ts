import { execa } from 'execa';
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lab, runProgram, type Argv } from './run.js';

const POWER_OFF = '#!/bin/sh\nexec poweroff -f\n';
const cycleVfs = (cycles: number): string => `#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
modprobe virtio_net
pf=/sys/bus/pci/devices/0000:01:00.0
cycle=0
while [ "$cycle" -lt ${cycles} ]; do
    echo 3 >"$pf/sriov_numvfs"
    echo 0 >"$pf/sriov_numvfs"
    cycle=$((cycle + 1))
done
exec poweroff -f
`;

export interface BareQemu {
  /** Boots the guest and powers it off. */
  readonly powerOff: () => Promise<unknown>;
  /** The same, and in between creates and removes the VFs. */
  readonly cycling: () => Promise<unknown>;
}

/** The guest's initramfs with one more program, as a second archive after the first (Linux, early-userspace/buffer-format). */
async function withInit(
  initrd: string,
  script: string,
  folder: string,
  name: string,
  bin: string,
): Promise<string> {
  const root = join(folder, name);
  mkdirSync(root);
  writeFileSync(join(root, 'bench'), script);
  chmodSync(join(root, 'bench'), 0o755);
  const { stdout } = await execa(join(bin, 'busybox'), ['cpio', '-o', '-H', 'newc'], {
    cwd: root,
    input: 'bench\n',
    encoding: 'buffer',
  });
  const file = join(folder, `${name}.initrd`);
  writeFileSync(file, Buffer.concat([readFileSync(initrd), stdout]));
  return file;
}

/** The provisioned kernel as it ships: a bzImage. */
function shippedKernel(bin: string): string {
  const modules = join(dirname(bin), 'tree/usr/lib/modules');
  const [release] = readdirSync(modules);
  if (release === undefined) throw new Error(`there is no kernel in ${modules}`);
  return join(modules, release, 'vmlinuz');
}

/**
 * QEMU alone, as one would start it by hand: the quickstart's device list and initramfs, the kernel as the bzImage that it
 * ships as, user networking instead of taps. `cycles`: how often the VFs are created and removed.
 */
export async function bareQemu(
  folder: string,
  env: Readonly<Record<string, string>>,
  cycles: number,
): Promise<BareQemu> {
  const rendered = join(folder, 'rendered');
  const { qemu } = JSON.parse(
    await runProgram([...lab, 'render', 'quickstart', '-o', rendered, '--images', '--json'], { env }),
  ) as { qemu: string };
  const bin = dirname(qemu);
  const powerOff = await withInit(join(rendered, 'guest.initrd'), POWER_OFF, folder, 'power-off', bin);
  const cycling = await withInit(join(rendered, 'guest.initrd'), cycleVfs(cycles), folder, 'cycling', bin);
  const kernel = shippedKernel(bin);
  const written = readFileSync(join(rendered, 'guest.qemu'), 'utf8').split('\n').slice(0, -1);
  const bareArguments = (initrd: string): string[] =>
    written.map((argument, index) => {
      const option = written[index - 1];
      if (option === '-kernel') return kernel;
      if (option === '-initrd') return initrd;
      if (option === '-append') return `${argument} rdinit=/bench`;
      if (option !== '-netdev') return argument;
      return ['user', ...argument.split(',').filter((part) => part.startsWith('id='))].join(',');
    });
  const boot = (initrd: string) => async (): Promise<unknown> => {
    const argv: Argv = [qemu, '-accel', 'tcg', ...bareArguments(initrd)];
    return runProgram(argv, { cwd: folder });
  };
  return { powerOff: boot(powerOff), cycling: boot(cycling) };
}
