import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEnvironment } from '../../src/cli/environment.js';
import { silentTask } from '../../src/model/task.js';
import { findGo, runGo } from '../../src/toolchain/go.js';
import { goVersionOf, moduleFolder, moduleSources } from '../../src/toolchain/kubernetes/go-module.js';
import { useScratch } from '../support/scratch.js';

/** Go fetches and compiles all that the programs need, perhaps beside the first build of Kubernetes. */
const LIMIT_MS = 1_500_000;

const scratch = useScratch();

/** Runs the Go tests of packages of a node's own programs; what the tests say is the result. */
async function goTest(...packages: readonly string[]): Promise<string> {
  const module = join(scratch(), 'module');
  cpSync(moduleFolder('kubernetes-node'), module, { recursive: true });
  const task = silentTask();
  const go = await findGo(
    {
      scratch: scratch(),
      mirror: undefined,
      keyring: readEnvironment().debianKeyring,
      oldest: goVersionOf(moduleSources('kubernetes-node')),
    },
    task,
  );
  return runGo(go, ['test', ...packages], { module, scratch: scratch() }, task);
}

test(
  'device plugin and CNI plugin give VFs to pods of a stand-in kubelet, and take them back whatever happens',
  async () => {
    const said = await goTest('./pools', './attachments', './vf-attach', './vf-device-plugin');
    expect(said.match(/^ok /gm)).toHaveLength(4);
  },
  LIMIT_MS,
);

test(
  'the DRA driver lets no pod start without its VF, and forgets nothing',
  { tags: 'thorough', timeout: LIMIT_MS },
  async () => {
    await expect(goTest('./vf-dra')).resolves.toMatch(/^ok /m);
  },
);
