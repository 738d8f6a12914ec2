import { findProgram } from '../../process/find-program.js';
import type { Probe } from './probe.js';

const needed = ['flock', 'nsenter', 'setpriv', 'unshare'];

export function probeUtilLinux(): Probe {
  const missing = needed.filter((name) => findProgram(name) === undefined);
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
