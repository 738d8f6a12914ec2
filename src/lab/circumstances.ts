import { cpus, loadavg } from 'node:os';
import type { Lab } from '../model/lab.js';
import type { Circumstances } from '../results/circumstances.js';
import { digestOf } from './artefacts.js';
import type { RecordedTools } from './record.js';

/** The load average of the last minute. */
function loadNow(): number {
  return loadavg()[0] ?? 0;
}

/** Call it when a run begins. At the end of the run, call the function that it returns: it gives the circumstances of the run. */
export function observeCircumstances(): (
  tools: Pick<RecordedTools, 'qemu' | 'kernel' | 'acceleration' | 'images'>,
  lab: Lab,
) => Circumstances {
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
