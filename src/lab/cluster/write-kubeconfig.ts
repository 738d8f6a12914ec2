import { writeFileSync } from 'node:fs';
import { UsageError } from '../../errors/families.js';
import { API_PORT } from './paths.js';
import type { RunningCluster } from './running-cluster.js';

export const DEFAULT_PROXY_PORT = API_PORT;

/** How `lab proxy` offers the API server. */
export function proxyUrl(port: number): string {
  return `https://127.0.0.1:${port}`;
}

/** The administrator's kubeconfig, for a `lab proxy` on this port. */
export async function kubeconfigFor({ running }: RunningCluster, port: number): Promise<string> {
  const { adminKubeconfig } = await import('./credentials.js');
  return adminKubeconfig(running.folder.run, running.record.lab.name, proxyUrl(port));
}

/** Writes a kubeconfig that only its owner may read. Throws UsageError if the file exists, unless `force` is set. */
export function writeKubeconfig(file: string, text: string, { force }: { force: boolean }): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: force ? 'w' : 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new UsageError({
      code: 'LAB-KUBECONFIG-EXISTS',
      message: `${file} exists`,
      hint: 'choose another file, or add --force to replace it',
    });
  }
}
