import type { BackendFile, TapFile } from '../model/lab-file.js';
import type { Backend } from '../model/lab.js';

/** Which kind of backend is written. */
export function backendType(backend: BackendFile): Backend['type'] {
  if (backend === 'user' || 'user' in backend) return 'user';
  return 'tap' in backend ? 'tap' : 'vdpa';
}

/** The tap that a backend is; undefined when it is none. */
export function tapOf(backend: BackendFile | undefined): TapFile | undefined {
  return typeof backend === 'object' && 'tap' in backend ? backend : undefined;
}

/** What a backend of vDPA is made of: a function, or a character device; undefined for another backend. */
export function vdpaOf(backend: BackendFile | undefined): string | undefined {
  return typeof backend === 'object' && 'vdpa' in backend ? backend.vdpa : undefined;
}

/** Whether it is a character device of this computer, and no function of a machine. */
export function isChardev(vdpa: string): boolean {
  return vdpa.startsWith('/');
}
