import { join } from 'node:path';
import { run } from '../../process/run.js';
import { pathsBelow } from './paths-below.js';

/** Packs a folder into an initramfs (cpio, newc), owned by root. */
export async function packRoot(root: string, archive: string, bin: string): Promise<void> {
  const { exitCode, stderr } = await run(
    ['sh', '-c', '"$1" cpio -o -H newc -R 0:0 > "$2"', 'sh', join(bin, 'busybox'), archive],
    { cwd: root, input: `${pathsBelow(root).join('\n')}\n` },
  );
  if (exitCode !== 0) throw new Error(`the initramfs could not be packed: ${stderr}`);
}
