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
 * Puts the image of a machine on this computer where its `.qemu` arguments expect it: links to kernel and initrd, and an overlay on the
 * image's disk, which is deleted with the lab. `inside`: the images of the machines inside it; links to their disks, which nobody writes
 * to. `bin`: the folder of the toolchain's programs.
 */
export async function linkImage(
  machine: string,
  image: BootImage,
  inside: readonly InsideMachine[],
  folder: string,
  bin: string,
): Promise<void> {
  for (const inner of inside)
    if (inner.image.disk !== null) replaceLink(inner.image.disk, join(folder, `${inner.machine}.disk`));
  replaceLink(image.kernel, join(folder, `${machine}.kernel`));
  replaceLink(image.initrd, join(folder, `${machine}.initrd`));
  const disk = `${machine}.disk`;
  rmSync(join(folder, disk), { force: true });
  if (image.disk === null) return;
  await runOrThrow(
    [join(bin, 'qemu-img'), 'create', '-q', '-f', 'qcow2', '-b', image.disk, '-F', 'qcow2', disk],
    { cwd: folder },
  );
}
