import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { BuildContext } from '../../../src/images/build-context.js';
import { ensureLayer } from '../../../src/images/layers/build-layer.js';
import type { PlannedLayer } from '../../../src/images/layers/planned-layer.js';
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
