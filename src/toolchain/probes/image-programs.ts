import { userInfo } from 'node:os';
import { installHint } from '../../process/packages.js';
import { missingOf, programsFor } from '../requirements.js';
import type { Probe } from './probe.js';

export const IMAGE_PROGRAMS = 'image programs';

/** What building an image of Debian runs on this computer. Labs whose machines boot `micro` do without. */
export function probeImagePrograms(required: boolean, isRoot = userInfo().uid === 0): Probe {
  // Root needs no users of a namespace.
  const needed = [...programsFor.debianImages, ...(isRoot ? [] : ['newgidmap', 'newuidmap'])];
  const missing = missingOf(needed);
  const common = { name: IMAGE_PROGRAMS, required } as const;
  if (missing.length === 0) return { ...common, verdict: 'ok', found: `all ${needed.length} are there` };
  return {
    ...common,
    verdict: 'missing',
    found: `no ${missing.join(', ')}`,
    remedy: `${required ? '' : 'only to build images of Debian: '}${installHint(missing)}`,
  };
}
