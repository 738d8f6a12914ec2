import { RECORD_VERSION, type LabRecord, type RecordedPart } from '../../src/lab/record.js';
import type { Lab } from '../../src/model/lab.js';
import type { ProcessIdentity } from '../../src/process/identity.js';

/** A process that has ended: no boot of any computer has this id. */
export const gone: ProcessIdentity = { pid: 1, startTime: 1, bootId: 'another boot' };

/** A record of a lab of which nothing runs. */
export function record(lab: Lab, changes: Partial<LabRecord> = {}): LabRecord {
  return {
    version: RECORD_VERSION,
    id: `${lab.name}-12345678`,
    definition: `/labs/${lab.name}/lab.yaml`,
    lab,
    startedAt: '2026-01-02T03:04:05.000Z',
    tools: {
      qemu: '11.0.0',
      kernel: '6.12.0',
      bin: '/nowhere',
      acceleration: { accelerator: 'tcg', reason: 'requested with --accel tcg' },
      images: { guest: 'abc123' },
      accelerationInside: { accelerator: 'tcg', reason: 'the outer machine is itself emulated' },
    },
    holder: null,
    parts: [],
    ...changes,
  };
}

/** A recorded part that is ready, in the lab's namespace. */
export function recorded(kind: string, name: string, changes: Partial<RecordedPart> = {}): RecordedPart {
  return {
    kind,
    name,
    place: 'namespace',
    digest: '1',
    needs: [],
    state: 'ready',
    starter: null,
    main: null,
    ...changes,
  };
}
