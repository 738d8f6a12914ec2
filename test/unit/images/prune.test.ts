import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { backingFile } from '../../../src/images/backing-file.js';
import { DISK, MANIFEST } from '../../../src/images/layers/layer.js';
import {
  allLayers,
  customizeFolder,
  findLayer,
  imagesFolder,
  layerFolder,
} from '../../../src/images/layers/store.js';
import { knownDigest } from '../../../src/images/disk/file-digest.js';
import { digest as hexDigest } from '../../../src/model/digest.js';
import { pruneImages } from '../../../src/images/prune.js';
import { currentUses, noteUse } from '../../../src/images/uses.js';
import { silentTask } from '../../../src/model/task.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const digest = (letter: string): string => letter.repeat(64);

function store(letter: string, parent: string | null): string {
  const folder = layerFolder(scratch(), digest(letter));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, DISK), letter);
  const manifest = { digest: digest(letter), parent: parent === null ? null : digest(parent), title: letter };
  writeFileSync(join(folder, MANIFEST), JSON.stringify(manifest));
  return folder;
}

describe('pruneImages', () => {
  beforeEach(() => {
    store('a', null);
    store('b', 'a');
    store('c', 'b');
    store('d', 'a');
  });

  const left = (): string[] =>
    allLayers(scratch())
      .map(({ manifest }) => manifest.title)
      .sort();

  it('keeps what a lab needs with all that is below it, and removes the rest', async () => {
    const { removed } = await pruneImages(scratch(), new Set([digest('d')]), new Set(), silentTask());
    expect(left()).toEqual(['a', 'd']);
    expect(removed.map(({ title }) => title).sort()).toEqual(['b', 'c']);
  });

  it('keeps what a machine runs from, though no definition asks for it any more', async () => {
    await pruneImages(scratch(), new Set(), new Set([layerFolder(scratch(), digest('b'))]), silentTask());
    expect(left()).toEqual(['a', 'b']);
  });

  it('removes what virt-customize was given with the layer that it was given for, and what is half fetched', async () => {
    for (const letter of ['b', 'd'])
      mkdirSync(customizeFolder(scratch(), digest(letter)), { recursive: true });
    const part = join(imagesFolder(scratch()), 'downloads', 'disk.part');
    mkdirSync(join(imagesFolder(scratch()), 'downloads'));
    writeFileSync(part, 'half');
    await pruneImages(scratch(), new Set([digest('d')]), new Set(), silentTask());
    expect(existsSync(customizeFolder(scratch(), digest('b')))).toBe(false);
    expect(existsSync(customizeFolder(scratch(), digest('d')))).toBe(true);
    expect(existsSync(part)).toBe(false);
  });

  it('removes all when nobody uses any, images of other kinds as well', async () => {
    const micro = join(imagesFolder(scratch()), 'micro', 'a'.repeat(32));
    mkdirSync(micro, { recursive: true });
    await pruneImages(scratch(), new Set(), new Set(), silentTask());
    expect(left()).toEqual([]);
    expect(existsSync(micro)).toBe(false);
  });

  it('removes a layer that has lost what it says of itself, unless a machine runs from it', async () => {
    const [lost, used] = [store('e', null), store('f', null)];
    rmSync(join(lost, MANIFEST));
    writeFileSync(join(used, MANIFEST), '{"digest": "');
    const { removed } = await pruneImages(
      scratch(),
      new Set([digest('c'), digest('d')]),
      new Set([used]),
      silentTask(),
    );
    expect(removed.map(({ title, folder }) => ({ title, folder }))).toEqual([
      { title: 'a damaged layer', folder: lost },
    ]);
    expect(existsSync(used)).toBe(true);
  });

  it('removes the list of files with the folder', async () => {
    const list = `${layerFolder(scratch(), digest('c'))}.contents.json`;
    writeFileSync(list, '{}');
    await pruneImages(scratch(), new Set(), new Set(), silentTask());
    expect(existsSync(list)).toBe(false);
  });

  it('keeps the micro image that a lab needs', async () => {
    const micro = join(imagesFolder(scratch()), 'micro', 'a'.repeat(32));
    mkdirSync(micro, { recursive: true });
    await pruneImages(scratch(), new Set([digest('a')]), new Set(), silentTask());
    expect(existsSync(micro)).toBe(true);
  });
});

it('a folder without its manifest is no layer', () => {
  mkdirSync(layerFolder(scratch(), digest('e')), { recursive: true });
  expect(findLayer(scratch(), digest('e'))).toBeUndefined();
});

describe('uses', () => {
  it('are those of definitions that exist, each as it was noted last', () => {
    const [here, gone] = [join(scratch(), 'lab.yaml'), join(scratch(), 'gone.yaml')];
    writeFileSync(here, '');
    noteUse(scratch(), { definition: here, digests: ['1'] });
    noteUse(scratch(), { definition: here, digests: ['2'] });
    noteUse(scratch(), { definition: gone, digests: ['3'] });
    expect(currentUses(scratch())).toEqual([{ definition: here, digests: ['2'] }]);
  });
});

describe('a cache that cannot be written', () => {
  it('is used all the same: nothing is noted there', () => {
    // Root, too, makes no folders here.
    expect(() => {
      noteUse('/sys/lab-cache', { definition: '/lab.yaml', digests: ['1'] });
    }).not.toThrow();
    expect(currentUses('/sys/lab-cache')).toEqual([]);
    const disk = join(scratch(), 'disk');
    writeFileSync(disk, 'words');
    expect(knownDigest(disk, '/sys/lab-cache')).toBe(hexDigest('words'));
  });

  it('is not one that is full: that is told', () => {
    writeFileSync(join(scratch(), 'images'), 'a file where a folder should be');
    expect(() => {
      noteUse(scratch(), { definition: '/lab.yaml', digests: ['1'] });
    }).toThrow(/EEXIST|ENOTDIR/);
  });
});

describe('backingFile', () => {
  it('is what the header of a qcow2 names', () => {
    const name = '/cache/images/layers/abc/disk.qcow2';
    const header = Buffer.alloc(512);
    header.write('QFI\xfb', 'latin1');
    header.writeBigUInt64BE(400n, 8);
    header.writeUInt32BE(name.length, 16);
    header.write(name, 400);
    writeFileSync(join(scratch(), 'one'), header);
    expect(backingFile(join(scratch(), 'one'))).toBe(name);
  });

  it('is none of another file', () => {
    writeFileSync(join(scratch(), 'two'), 'no disk');
    expect(backingFile(join(scratch(), 'two'))).toBeUndefined();
  });
});
