import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { knownDigest } from '../../../src/images/disk/file-digest.js';
import { noteUse } from '../../../src/images/uses.js';
import { logEvent } from '../../../src/lab/events.js';
import { withLabLock } from '../../../src/lab/lab-lock.js';
import { LabFolder } from '../../../src/lab/record.js';
import { silentTask } from '../../../src/model/task.js';
import { publishFolder } from '../../../src/process/publish-folder.js';
import { keepRun } from '../../../src/results/keep.js';
import { writeJson } from '../../../src/toolchain/json-file.js';
import { openWorkSpace } from '../../../src/toolchain/kubernetes/work-space.js';
import { labWithNic } from '../../support/definition.js';
import { environmentIn } from '../../support/environment.js';
import { record } from '../../support/record.js';
import { testResult } from '../../support/results.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
let before = 0;

/** The most generous of all umasks: whatever is closed then is closed by lab. */
beforeEach(() => {
  before = process.umask(0);
});

afterEach(() => {
  process.umask(before);
});

/** Folders in `base` that somebody else may look into, or write to. */
function open(base: string): string[] {
  const paths = readdirSync(base, { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => {
    const status = statSync(join(base, path));
    return status.isDirectory() && (status.mode & 0o077) !== 0;
  });
}

describe('folders that lab makes for itself', () => {
  it('are its user’s alone: those of a lab and its results', async () => {
    const state = join(scratch(), 'state');
    const folder = new LabFolder(state, 'x-12345678');
    const lab = labWithNic();
    await withLabLock(folder, 'test', silentTask(), async () => {
      folder.write(record(lab, { id: folder.id }));
      logEvent(folder.events, 'up');
      keepRun(folder.folder, testResult([]), {
        lab,
        definition: { file: 'lab.yaml', text: '', settings: [] },
        logs: [],
      });
      return Promise.resolve();
    });
    expect(open(scratch())).toEqual([]);
    const [result = ''] = readdirSync(join(folder.folder, 'results'));
    for (const file of [`results/${result}`, 'state.json', 'events.jsonl'])
      expect({ file, mode: statSync(join(folder.folder, file)).mode & 0o777 }).toEqual({ file, mode: 0o600 });
  });

  it('are its user’s alone: a log without a lab, whose folder nobody made before', () => {
    logEvent(join(scratch(), 'state/labs/x/events.jsonl'), 'down');
    expect(open(scratch())).toEqual([]);
  });

  it('are its user’s alone: those of the cache', async () => {
    const cache = join(scratch(), 'cache');
    await publishFolder(
      {
        place: join(cache, 'images/micro/1'),
        wait: { purpose: '', activity: '', limitMs: 0, late: () => expect.unreachable() },
        find: () => undefined,
        build: async (result) => {
          writeFileSync(join(result, 'kernel'), '');
          return Promise.resolve();
        },
      },
      silentTask(),
    );
    noteUse(cache, { definition: '/lab.yaml', digests: [] });
    writeJson(join(cache, 'toolchain/answers.json'), {});
    const disk = join(scratch(), 'disk');
    writeFileSync(disk, '');
    knownDigest(disk, cache);
    await openWorkSpace(environmentIn(cache), { key: '1', bytes: 0, purpose: 'building' });
    expect(open(scratch())).toEqual([]);
  });
});
