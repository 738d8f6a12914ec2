import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { silentTask } from '../../../src/model/task.js';
import { publishFolder } from '../../../src/process/publish-folder.js';
import { isWhole } from '../../../src/process/whole-folder.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
let place = '';
let builds = 0;

async function publish(): Promise<string | undefined> {
  return publishFolder(
    {
      place,
      wait: { purpose: 'build', activity: 'builds', limitMs: 0, late: () => expect.unreachable() },
      find: () => (isWhole(place) ? place : undefined),
      build: async (result) => {
        builds += 1;
        mkdirSync(join(result, 'tree/usr/bin'), { recursive: true });
        mkdirSync(join(result, 'tree/empty'));
        writeFileSync(join(result, 'tree/usr/bin/ip'), 'a program');
        writeFileSync(join(result, 'nothing'), '');
        symlinkSync('tree/usr/bin/ip', join(result, 'link'));
        return Promise.resolve();
      },
    },
    silentTask(),
  );
}

beforeEach(() => {
  place = join(scratch(), 'cache/entry');
  builds = 0;
});

describe('what was put into the cache', () => {
  it('is found again, and not made again', async () => {
    expect(await publish()).toBe(place);
    expect(await publish()).toBe(place);
    expect(builds).toBe(1);
  });

  it.each([
    [
      'has lost a file',
      () => {
        rmSync(join(place, 'tree/usr/bin/ip'));
      },
    ],
    [
      'has lost an empty file',
      () => {
        rmSync(join(place, 'nothing'));
      },
    ],
    [
      'has lost a link',
      () => {
        rmSync(join(place, 'link'));
      },
    ],
    [
      'has lost a folder of files',
      () => {
        rmSync(join(place, 'tree'), { recursive: true });
      },
    ],
    [
      'has a file that was cut short',
      () => {
        truncateSync(join(place, 'tree/usr/bin/ip'), 3);
      },
    ],
    [
      'has a file that is empty now',
      () => {
        truncateSync(join(place, 'tree/usr/bin/ip'));
      },
    ],
    [
      'has a file that has grown',
      () => {
        writeFileSync(join(place, 'nothing'), 'x');
      },
    ],
    [
      'has a folder in the place of a file',
      () => {
        rmSync(join(place, 'nothing'));
        mkdirSync(join(place, 'nothing'));
      },
    ],
    [
      'is a file itself',
      () => {
        rmSync(place, { recursive: true });
        writeFileSync(place, '');
      },
    ],
    [
      'is gone',
      () => {
        rmSync(place, { recursive: true });
      },
    ],
  ])('is made again when it %s', async (_, damage) => {
    await publish();
    damage();
    expect(isWhole(place)).toBe(false);
    expect(await publish()).toBe(place);
    expect(builds).toBe(2);
    expect(isWhole(place)).toBe(true);
    expect(readFileSync(join(place, 'tree/usr/bin/ip'), 'utf8')).toBe('a program');
  });

  it('of an earlier version of lab, or with a damaged list, is taken as it is now: from then on it is looked after', async () => {
    await publish();
    for (const text of ['', 'null', '{"tree/us', undefined]) {
      const list = `${place}.contents.json`;
      if (text === undefined) rmSync(list);
      else writeFileSync(list, text);
      expect({ text, whole: isWhole(place) }).toEqual({ text, whole: true });
      expect(Object.keys(JSON.parse(readFileSync(list, 'utf8')) as object).sort()).toEqual([
        'link',
        'nothing',
        'tree/usr/bin/ip',
      ]);
    }
    rmSync(join(place, 'nothing'));
    expect(isWhole(place)).toBe(false);
  });

  it('may be moved with its list', async () => {
    await publish();
    renameSync(dirname(place), join(scratch(), 'moved'));
    expect(isWhole(join(scratch(), 'moved/entry'))).toBe(true);
    truncateSync(join(scratch(), 'moved/entry/tree/usr/bin/ip'), 3);
    expect(isWhole(join(scratch(), 'moved/entry'))).toBe(false);
  });
});
