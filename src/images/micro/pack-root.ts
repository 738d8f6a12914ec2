import { join } from 'node:path';
import { runOrThrow } from '../../process/run.js';
import { pathsBelow } from './paths-below.js';

/** Packs a folder into an initramfs (cpio, newc), owned by root. */
export async function packRoot(root: string, archive: string, bin: string): Promise<void> {
  await runOrThrow(['sh', '-c', '"$1" cpio -o -H newc -R 0:0 > "$2"', 'sh', join(bin, 'busybox'), archive], {
    cwd: root,
    input: `${pathsBelow(root).join('\n')}\n`,
  });
}
