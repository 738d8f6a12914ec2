import { join } from 'node:path';
import type { RunResult } from '../../process/run.js';
import { kubeconfigOf, KUBECTL_CACHE, programPath } from './paths.js';
import type { RunningCluster } from './running-cluster.js';

/**
 * Runs the cluster's kubectl as its administrator, in the user's working folder `folder`. It has this process's streams; with `capture`
 * its output is returned instead. Throws ProcessError if it cannot be started.
 */
export async function runKubectl(
  { running, clients }: RunningCluster,
  args: readonly string[],
  options: { readonly folder: string; readonly capture: boolean; readonly signal: AbortSignal },
): Promise<RunResult> {
  const inRun = (path: string): string => join(running.folder.run, path);
  return clients.runAttached([inRun(programPath('kubectl')), ...args], {
    ...options,
    // Variables, because a plugin of kubectl does not allow flags before its name.
    env: { KUBECONFIG: inRun(kubeconfigOf('admin')), KUBECACHEDIR: inRun(KUBECTL_CACHE) },
  });
}
