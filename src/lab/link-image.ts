import { rmSync, symlinkSync } from 'node:fs';
import { runOrThrow } from '../process/run.js';
import { join } from 'node:path';
import type { BootImage } from '../images/boot-image.js';

function replaceLink(target: string, link: string): void {
  rmSync(link, { force: true });
  symlinkSync(target, link);
}

/**
 * Puts a machine's image where its `.qemu` arguments expect it: links to kernel and initrd, and an overlay on the image's disk, which is
 * deleted with the lab. `bin`: the folder of the toolchain's programs.
 */
export async function linkImage(
  machine: string,
  image: BootImage,
  folder: string,
  bin: string,
): Promise<void> {
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
