import { chmodSync, existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeFolder } from '../../../src/process/remove-folder.js';

it('removes folders that may not be written to, and follows no links', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-remove-'));
  const outside = mkdtempSync(join(tmpdir(), 'lab-kept-'));
  writeFileSync(join(outside, 'kept'), '');
  mkdirSync(join(folder, 'a/b'), { recursive: true });
  writeFileSync(join(folder, 'a/b/file'), '');
  symlinkSync(outside, join(folder, 'a/link'));
  chmodSync(join(folder, 'a/b'), 0o500);
  chmodSync(join(folder, 'a'), 0o500);

  await removeFolder(folder);
  expect(existsSync(folder)).toBe(false);
  expect(existsSync(join(outside, 'kept'))).toBe(true);
  await removeFolder(outside);
  await removeFolder(outside);
});
