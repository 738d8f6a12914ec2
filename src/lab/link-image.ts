import { rmSync, symlinkSync } from 'node:fs';
import { runOrThrow } from '../process/run.js';
import { join } from 'node:path';
import type { BootImage } from '../images/boot-image.js';
import type { InsideMachine } from '../images/with-inside.js';

function replaceLink(target: string, link: string): void {
  rmSync(link, { force: true });
  symlinkSync(target, link);
}

/**
 * Gives a machine a disk: an overlay on the image's, deleted with the lab. A link would not do for a disk that is only read either: QEMU
 * looks for the layers below an image's disk in the folder that it is opened in, not in the one that a link leads to.
 */
async function putDisk(machine: string, { disk }: BootImage, folder: string, bin: string): Promise<void> {
  const overlay = `${machine}.disk`;
  rmSync(join(folder, overlay), { force: true });
  if (disk === null) return;
  await runOrThrow(
    [join(bin, 'qemu-img'), 'create', '-q', '-f', 'qcow2', '-b', disk, '-F', 'qcow2', overlay],
    {
      cwd: folder,
    },
  );
}

/**
 * Puts the image of a machine on this computer where its `.qemu` arguments expect it: links to kernel and initrd, and a disk of its own.
 * `inside`: the images of the machines inside it, whose disks it hands to them. `bin`: the folder of the toolchain's programs.
 */
export async function linkImage(
  machine: string,
  image: BootImage,
  inside: readonly InsideMachine[],
  folder: string,
  bin: string,
): Promise<void> {
  replaceLink(image.kernel, join(folder, `${machine}.kernel`));
  replaceLink(image.initrd, join(folder, `${machine}.initrd`));
  await putDisk(machine, image, folder, bin);
  for (const inner of inside) await putDisk(inner.machine, inner.image, folder, bin);
}
