import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { BootImage } from '../images/boot-image.js';

function replaceLink(target: string, link: string): void {
  rmSync(link, { force: true });
  symlinkSync(target, link);
}

/** Puts what a machine boots where its `.qemu` arguments look for it. */
export function linkImage(machine: string, image: BootImage, folder: string): void {
  replaceLink(image.kernel, join(folder, `${machine}.kernel`));
  replaceLink(image.initrd, join(folder, `${machine}.initrd`));
}
