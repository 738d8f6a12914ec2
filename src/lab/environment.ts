import { cpus, loadavg } from 'node:os';
import type { Environment } from '../checks/result.js';
import type { Lab } from '../model/lab.js';
import { digestOf } from './artefacts.js';
import type { RecordedTools } from './record.js';

/** The load average of the last minute. */
function loadNow(): number {
  return loadavg()[0] ?? 0;
}

/** Call it when a run begins; what it returns tells, at the end, what the run's figures were taken with. */
export function observeEnvironment(): (
  tools: Pick<RecordedTools, 'qemu' | 'kernel' | 'acceleration' | 'images'>,
  lab: Lab,
) => Environment {
  const begin = loadNow();
  return ({ qemu, kernel, acceleration, images }, lab) => {
    const processors = cpus();
    return {
      qemu,
      kernel,
      accelerator: acceleration.accelerator,
      accelerationReason: acceleration.reason,
      computer: {
        cpu: processors[0]?.model.trim() ?? 'unknown',
        processors: processors.length,
        load: { begin, end: loadNow() },
      },
      images,
      labDigest: digestOf(JSON.stringify(lab)),
    };
  };
}
