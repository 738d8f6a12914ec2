import { join } from 'node:path';
import type { Environment } from '../../model/environment.js';

/** Where Kubernetes' programs are in the cache, with the lock that guards their building. */
export function kubernetesFolder({ cache }: Environment): string {
  return join(cache, 'kubernetes');
}

/** Where Go keeps modules and compiled packages until Kubernetes is built. A build that is cut short continues from there. */
export function workFolder(environment: Environment): string {
  return join(kubernetesFolder(environment), 'work');
}
