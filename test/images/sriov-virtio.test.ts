import { readEnvironment } from '../../src/cli/environment.js';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shippedFile } from '../../src/model/folders.js';
import { silentTask } from '../../src/model/task.js';
import { findGo, runGo } from '../../src/toolchain/go.js';
import { useScratch } from '../support/scratch.js';

const scratch = useScratch();

/* The plugin's own functions, linked into Go's tests, look at sysfs as it is and as sriov-virtio shows it: one test for each of them. */
test('SR-IOV CNI’s own functions find virtio VFs in what sriov-virtio shows, and not without it', async () => {
  const module = join(scratch(), 'module');
  cpSync(shippedFile('images/components/files/sriov-cni'), module, { recursive: true });
  const said: string[] = [];
  const hear = (line: string): void => {
    said.push(line);
  };
  const task = { ...silentTask(), detail: hear, warn: hear };
  const folders = { module, scratch: scratch() };
  const go = await findGo(
    { scratch: scratch(), mirror: undefined, keyring: readEnvironment().debianKeyring },
    task,
  );
  await runGo(go, ['vet', './...'], folders, task);
  await expect(runGo(go, ['test', './...'], folders, task), said.join('\n')).resolves.toContain('ok');
});
