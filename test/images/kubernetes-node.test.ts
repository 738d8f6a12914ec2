import { afterEach, beforeEach, expect, test } from 'vitest';
import { catalogued } from '../../src/images/catalog.js';
import { Sandbox } from '../e2e/support/sandbox.js';
import { parseReport } from '../e2e/support/tap.js';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  await sandbox.dispose();
});

const components = catalogued('kubernetes-node')
  ?.layers.flat()
  .map(({ component }) => component);

/** The first build of Kubernetes is in it. */
const BUILD_LIMIT_MS = 4_500_000;

test(
  'a node’s image boots, and every component answers',
  { tags: 'thorough', timeout: BUILD_LIMIT_MS },
  async () => {
    const { exitCode, stdout, stderr } = await sandbox.startFor(
      BUILD_LIMIT_MS,
      'image',
      'verify',
      'kubernetes-node',
    );
    const { ok, checks } = parseReport(stdout);
    expect([...checks.keys()], stderr).toEqual(components);
    expect(
      [...checks.values()].flatMap(({ failed }) => failed),
      stdout,
    ).toEqual([]);
    expect({ ok, exitCode }).toEqual({ ok: true, exitCode: 0 });
    expect(await sandbox.leftovers()).toEqual([]);
  },
);
