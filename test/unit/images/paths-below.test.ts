import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pathsBelow } from '../../../src/images/micro/paths-below.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

it('what is below a folder has its links, and nothing of where they lead', () => {
  const root = join(scratch(), 'root');
  mkdirSync(join(root, 'var/lib'), { recursive: true });
  mkdirSync(join(scratch(), 'run/secret'), { recursive: true });
  writeFileSync(join(root, 'var/lib/a'), '');
  symlinkSync(join(scratch(), 'run'), join(root, 'var/run'));
  expect(pathsBelow(root)).toEqual(['var', 'var/lib', 'var/lib/a', 'var/run']);
});
