import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BuildContext } from '../../../src/images/build-context.js';
import { ensureLayer } from '../../../src/images/layers/build-layer.js';
import type { PlannedLayer } from '../../../src/images/layers/planned-layer.js';
import { allLayers, layersAbove } from '../../../src/images/layers/store.js';
import { silentTask } from '../../../src/model/task.js';
import { environmentIn } from '../../support/environment.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

function layer(title: string, prepare?: PlannedLayer['prepare']): PlannedLayer {
  return {
    digest: title.padEnd(64, '0'),
    parent: null,
    title,
    family: 'debian',
    components: [],
    ...(prepare === undefined ? {} : { prepare }),
    build: async ({ result }) => {
      writeFileSync(join(result, 'disk.qcow2'), title);
      return Promise.resolve({ packages: {}, kernelRelease: null, source: null });
    },
  };
}

it('lets other layers be built while one waits for what it takes from elsewhere in the cache', async () => {
  const context = { environment: environmentIn(scratch()) } as BuildContext;
  const kubernetes = Promise.withResolvers<undefined>();
  const slow = ensureLayer(
    layer('slow', async () => kubernetes.promise),
    context,
    silentTask(),
  );
  const [other] = await ensureLayer(layer('other'), context, silentTask());
  expect(other?.manifest.title).toBe('other');
  kubernetes.resolve(undefined);
  const [made] = await slow;
  expect(made?.manifest.title).toBe('slow');
});

describe('a layer in the cache', () => {
  const built: string[] = [];

  function on(parent: PlannedLayer | null, title: string): PlannedLayer {
    const plain = layer(title);
    return {
      ...plain,
      parent,
      build: async (...all) => {
        built.push(title);
        return plain.build(...all);
      },
    };
  }

  /** `a` with `b` on it, with `c` on that; and `d` on `a`. */
  function layers(): Record<'a' | 'b' | 'c' | 'd', PlannedLayer> {
    const a = on(null, 'a');
    const b = on(a, 'b');
    return { a, b, c: on(b, 'c'), d: on(a, 'd') };
  }

  async function buildAll(): Promise<string[]> {
    built.length = 0;
    const context = { environment: environmentIn(scratch()) } as BuildContext;
    const { c, d } = layers();
    for (const top of [c, d]) await ensureLayer(top, context, silentTask());
    return built;
  }

  function fileOf(title: string, name: string): string {
    const found = allLayers(scratch()).find(({ manifest }) => manifest.title === title);
    if (found === undefined) throw new Error(`there is no layer ${title}`);
    return join(found.folder, name);
  }

  it('is built once', async () => {
    expect(await buildAll()).toEqual(['a', 'b', 'c', 'd']);
    expect(await buildAll()).toEqual([]);
  });

  it.each([
    [
      'has lost its disk',
      (title: string) => {
        rmSync(fileOf(title, 'disk.qcow2'));
      },
    ],
    [
      'has a disk that was cut short',
      (title: string) => {
        truncateSync(fileOf(title, 'disk.qcow2'));
      },
    ],
    [
      'has lost its manifest',
      (title: string) => {
        rmSync(fileOf(title, 'layer.json'));
      },
    ],
    [
      'has a manifest that was cut short',
      (title: string) => {
        truncateSync(fileOf(title, 'layer.json'), 20);
      },
    ],
    [
      'is gone',
      (title: string) => {
        rmSync(fileOf(title, ''), { recursive: true });
      },
    ],
  ])(
    'that %s is built again, with all that stands on it: their disks are of the one that was',
    async (_, damage) => {
      await buildAll();
      damage('c');
      expect(await buildAll()).toEqual(['c']);
      damage('b');
      expect(await buildAll()).toEqual(['b', 'c']);
      damage('a');
      expect(await buildAll()).toEqual(['a', 'b', 'c', 'd']);
      expect(readFileSync(fileOf('a', 'disk.qcow2'), 'utf8')).toBe('a');
    },
  );

  it('has above it what names it as its parent, directly or not', async () => {
    await buildAll();
    const { a, b, c } = layers();
    const above = (digest: string): string[] =>
      layersAbove(scratch(), digest)
        .map(({ manifest }) => manifest.title)
        .sort();
    expect(above(a.digest)).toEqual(['b', 'c', 'd']);
    expect(above(b.digest)).toEqual(['c']);
    expect(above(c.digest)).toEqual([]);
    expect(existsSync(fileOf('d', 'disk.qcow2'))).toBe(true);
  });
});
