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

/** The image of a node, and a layer with the control plane. */
const IMAGE = 'kubernetes-control-plane';
const components = catalogued(IMAGE)
  ?.layers.flat()
  .map(({ component }) => component);

/** The first build of Kubernetes is in it. */
const BUILD_LIMIT_MS = 4_500_000;

test(
  'the image of a node with a control plane boots, and every component answers',
  { tags: 'thorough', timeout: BUILD_LIMIT_MS },
  async () => {
    const { exitCode, stdout, stderr } = await sandbox.startFor(BUILD_LIMIT_MS, 'image', 'verify', IMAGE);
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
