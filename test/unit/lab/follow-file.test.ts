import { appendFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { followFile } from '../../../src/lab/follow-file.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}

it('a file is followed from before it is there, beyond being cut short and being replaced, until it is enough', async () => {
  const file = join(scratch(), 'log');
  const stop = new AbortController();
  let text = '';
  const following = followFile(
    {
      file,
      onBytes: (bytes) => {
        text += bytes.toString('latin1');
      },
      onRestart: () => {
        text += '|';
      },
    },
    stop.signal,
  );
  writeFileSync(file, 'first line\n');
  await until(() => text === 'first line\n');
  appendFileSync(file, 'second\xff\n', 'latin1');
  await until(() => text.endsWith('second\xff\n'));
  truncateSync(file);
  appendFileSync(file, 'new\n');
  await until(() => text.endsWith('|new\n'));
  writeFileSync(`${file}.next`, 'other\n');
  renameSync(`${file}.next`, file);
  await until(() => text.endsWith('|other\n'));
  stop.abort();
  await following;
  expect(text).toBe('first line\nsecond\xff\n|new\n|other\n');
});
