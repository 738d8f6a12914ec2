import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../process/run.js';

/** Packs a folder into an initramfs (cpio, newc), owned by root. */
export async function packRoot(root: string, archive: string, bin: string): Promise<void> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  const { exitCode, stderr } = await run(
    ['sh', '-c', '"$1" cpio -o -H newc -R 0:0 > "$2"', 'sh', join(bin, 'busybox'), archive],
    { cwd: root, input: `${paths.join('\n')}\n` },
  );
  if (exitCode !== 0) throw new Error(`the initramfs could not be packed: ${stderr}`);
}
