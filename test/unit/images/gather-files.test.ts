import { mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { gatherFiles } from '../../../src/images/gather-files.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

it('what a component was built into comes with its links as they are', () => {
  const artefacts = join(scratch(), 'artefacts');
  const target = join(scratch(), 'image');
  mkdirSync(join(artefacts, 'usr/bin'), { recursive: true });
  mkdirSync(join(artefacts, 'usr/libexec'));
  writeFileSync(join(artefacts, 'usr/libexec/program'), 'the program');
  symlinkSync('../libexec/program', join(artefacts, 'usr/bin/program'));

  gatherFiles([{ recipe: { packages: [] }, artefacts }], target);
  rmSync(artefacts, { recursive: true });
  expect(readlinkSync(join(target, 'usr/bin/program'))).toBe('../libexec/program');
  expect(readFileSync(join(target, 'usr/bin/program'), 'utf8')).toBe('the program');
});
