import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatError, toLabError } from '../../../src/errors/format.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

function systemError(code: string, details: object = {}): Error {
  return Object.assign(new Error(`${code}: words of the system`), { code, syscall: 'open', ...details });
}

describe('a refusal of the system', () => {
  it.each([
    ['ENOSPC', 'LAB-ENV-DISK-FULL', /full/],
    ['EDQUOT', 'LAB-ENV-DISK-FULL', /quota/],
    ['EROFS', 'LAB-ENV-PERMISSION', /read-only/],
    ['EACCES', 'LAB-ENV-PERMISSION', /denied/],
    ['EPERM', 'LAB-ENV-PERMISSION', /permit/],
    ['ENOTDIR', 'LAB-ENV-PATH', /file stands where a folder/],
    ['EMFILE', 'LAB-ENV-OPEN-FILES', /open files/],
    ['ENFILE', 'LAB-ENV-OPEN-FILES', /open files/],
  ])('%s is explained, with the path and the system’s words', (name, code, words) => {
    const text = formatError(toLabError(systemError(name, { path: '/state/x' })));
    expect(text).toMatch(words);
    expect(text).toMatch(
      new RegExp(`^/state/x: .*\\[${code}\\]\n {2}next: .+\n {2}because: ${name}: words of the system$`),
    );
  });

  it('has no place when the system names none', () => {
    expect(toLabError(systemError('ENOSPC')).problems[0].location).toBeUndefined();
  });

  it('that no user can mend is a fault of the program', () => {
    for (const error of [systemError('EBADF'), systemError('ENOENT'), new Error('x'), 'ENOSPC'])
      expect(toLabError(error).code).toBe('LAB-INTERNAL');
  });

  it('to make a folder is told as that', () => {
    expect(toLabError(systemError('ENOENT', { syscall: 'mkdir' })).code).toBe('LAB-ENV-PERMISSION');
    writeFileSync(join(scratch(), 'file'), '');
    let thrown: unknown;
    try {
      mkdirSync(join(scratch(), 'file/a/b'), { recursive: true });
    } catch (error) {
      thrown = error;
    }
    expect(toLabError(thrown).code).toBe('LAB-ENV-PATH');
  });
});
