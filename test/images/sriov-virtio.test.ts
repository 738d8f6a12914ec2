import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shippedFile } from '../../src/model/folders.js';
import { findGo, runGo } from '../../src/toolchain/go.js';
import { useScratch } from '../support/scratch.js';

const scratch = useScratch();

/* The plugin's own functions, linked into Go's tests, look at sysfs as it is and as sriov-virtio shows it: one test for each of them. */
test('SR-IOV CNI’s own functions find virtio VFs in what sriov-virtio shows, and not without it', async () => {
  const module = join(scratch(), 'module');
  cpSync(shippedFile('images/components/files/sriov-cni'), module, { recursive: true });
  const said: string[] = [];
  const options = {
    scratch: scratch(),
    mirror: undefined,
    signal: undefined,
    onDetail: (line: string) => said.push(line),
    onWarning: (line: string) => said.push(line),
  };
  const go = await findGo(options);
  await runGo(go, ['vet', './...'], module, options);
  await expect(runGo(go, ['test', './...'], module, options), said.join('\n')).resolves.toBeUndefined();
});
