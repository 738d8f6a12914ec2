import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Before the first test of images: the full guest, which takes a minute or two to build once. */
export default function provisionImages(): void {
  const lab = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
  execFileSync(process.execPath, [lab, 'image', 'build', 'debian-13'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
