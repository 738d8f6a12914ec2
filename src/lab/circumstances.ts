import { cpus, loadavg } from 'node:os';
import type { Lab } from '../model/lab.js';
import type { Circumstances } from '../results/circumstances.js';
import { digestOf } from './artefacts.js';
import type { RecordedTools } from './record.js';

/** The load average of the last minute. */
function loadNow(): number {
  return loadavg()[0] ?? 0;
}

/** Call it when a run begins. The function that it returns gives, at the end, the circumstances in which the run's figures were taken. */
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
