import { missingOf, programsFor } from '../requirements.js';
import type { Probe } from './probe.js';

export function probeUtilLinux(): Probe {
  const needed = programsFor.labs;
  const missing = missingOf(needed);
  return {
    name: 'util-linux',
    required: true,
    ...(missing.length === 0
      ? { verdict: 'ok', found: needed.join(', ') }
      : {
          verdict: 'missing',
          found: `no ${missing.join(', ')}`,
          remedy: 'sudo apt-get install util-linux (Fedora, Rocky: util-linux-core)',
        }),
  };
}
