import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { tar, type TarEntry } from '../../../../src/images/components/tar.js';
import { unpack } from '../../../../src/lab/copy/unpack.js';
import { useScratch } from '../../../support/scratch.js';

const scratch = useScratch();

function file(path: string, text = 'x', mode = 0o644): TarEntry {
  return { path, mode, content: Buffer.from(text) };
}

function link(path: string, target: string): TarEntry {
  return { path, mode: 0o777, target };
}

/** Unpacks into the folder `to`, beside which there is the folder `outside` with a file in it. */
function place() {
  const [to, outside] = [join(scratch(), 'to'), join(scratch(), 'outside')];
  mkdirSync(to);
  mkdirSync(outside);
  writeFileSync(join(outside, 'file'), 'untouched');
  const from = async (...entries: TarEntry[]) => unpack(Readable.from([tar(entries)]), to);
  const assertUntouched = (): void => {
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('untouched');
    expect(readdirSync(outside)).toEqual(['file']);
    expect(readdirSync(scratch()).sort()).toEqual(['outside', 'to']);
  };
  return { to, outside, from, assertUntouched };
}

describe('an archive from a guest', () => {
  it('brings files, folders and links within it', async () => {
    const { to, from } = place();
    const { leftOut } = await from(
      { path: './', mode: 0o755 },
      { path: './deep/', mode: 0o500 },
      file('./deep/file', 'text', 0o4755),
      link('./deep/link', 'file'),
    );
    expect(leftOut).toEqual([]);
    expect(readFileSync(join(to, 'deep/link'), 'utf8')).toBe('text');
    // Whoever runs it here must not get the rights of whoever copied it.
    expect(statSync(join(to, 'deep/file')).mode & 0o7777).toBe(0o755);
  });

  it.each<[string, TarEntry[]]>([
    ['a path that climbs', [file('../outside/file')]],
    ['a path that climbs later', [file('./a/../../outside/file')]],
    ['a link that climbs, and a file through it', [link('./l', '../outside'), file('./l/file')]],
    ['two links that climb together', [link('./a', '..'), link('./b', 'a/outside'), file('./b/file')]],
    ['a link to itself in the place of a file', [link('./f', '../outside/file'), file('./f')]],
  ])('writes nothing outside: %s', async (_, entries) => {
    const { from, assertUntouched } = place();
    await from(...entries).catch(() => undefined);
    assertUntouched();
  });

  it('writes nothing outside by an absolute path or link, and tells of the link', async () => {
    const { to, outside, from, assertUntouched } = place();
    const { leftOut } = await from(file(`${outside}/file`), link('./l', outside), file('./l/file'));
    assertUntouched();
    expect(leftOut).toEqual(['./l: a link that leads out of the folder']);
    expect(readFileSync(join(to, 'l/file'), 'utf8')).toBe('x');
  });

  it('writes nothing through a link that is there already: an earlier copy may have brought it', async () => {
    const { to, outside, from, assertUntouched } = place();
    symlinkSync(outside, join(to, 'l'));
    await from(file('./l/file')).catch(() => undefined);
    symlinkSync(join(outside, 'file'), join(to, 'f'));
    await from(file('./f')).catch(() => undefined);
    assertUntouched();
  });

  it('that is cut off is an error', async () => {
    const { to } = place();
    const whole = tar([file('./a'), file('./b', 'y'.repeat(10_000))]);
    await expect(unpack(Readable.from([whole.slice(0, 3000)]), to)).rejects.toThrow(
      /trunc|unexpected|incomplete/i,
    );
  });

  it('that is none is an error', async () => {
    const { to } = place();
    await expect(unpack(Readable.from([Buffer.alloc(5000, 'no archive')]), to)).rejects.toThrow();
  });
});
