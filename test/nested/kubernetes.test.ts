/** @module-tag thorough */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sandbox } from '../e2e/support/sandbox.js';
import { parseReport } from '../e2e/support/tap.js';

const LAB = 'k8s-vdpa';
const LIMIT_MS = 3_600_000;

let sandbox: Sandbox;

beforeAll(() => {
  sandbox = new Sandbox();
});

afterAll(async () => {
  await sandbox.dispose();
});

test(
  'a node inside a server is Ready, and its pods get VFs that vDPA backs',
  { timeout: LIMIT_MS },
  async () => {
    const up = await sandbox.startFor(LIMIT_MS, 'up', LAB);
    expect(up.exitCode, up.stderr).toBe(0);
    const nodes = await sandbox.lab('kubectl', LAB, '--', 'get', 'nodes', '--no-headers');
    expect(nodes.stdout).toMatch(/^guest +Ready /);
    const devices = await sandbox.lab('exec', LAB, 'server', '--', 'vdpa', 'dev', 'show');
    expect(devices.stdout).toContain('guest-pf0.vf0: type network');

    const { exitCode, stdout, stderr } = await sandbox.startFor(LIMIT_MS, 'test', LAB);
    const { checks } = parseReport(stdout);
    expect([...checks.values()].flatMap(({ failed }) => failed)).toEqual([]);
    expect([...checks.keys()]).toEqual(['cluster', 'pod-vf']);
    expect(exitCode, stderr).toBe(0);

    expect((await sandbox.lab('down', LAB)).exitCode).toBe(0);
    expect(await sandbox.leftovers()).toEqual([]);
  },
);
