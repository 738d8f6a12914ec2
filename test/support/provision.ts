import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One lab for each of the kernels that labs need. */
const LABS = ['quickstart', 'nvme'];

/** Before the first test that starts `lab`: what it fetches and builds on first use, so that no test's time limit has to hold it. */
export default function provision(): void {
  const lab = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
  const state = mkdtempSync(join(tmpdir(), 'lab-provision-'));
  try {
    for (const name of LABS) {
      execFileSync(process.execPath, [lab, 'up', name, '--dry-run'], {
        env: { ...process.env, XDG_STATE_HOME: state },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    }
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}
