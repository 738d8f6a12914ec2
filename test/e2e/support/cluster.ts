import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Sandbox } from './sandbox.js';
import { parseReport } from './tap.js';

/** The first build of Kubernetes is in it. */
export const UP_LIMIT_MS = 4_500_000;
export const CHECK_LIMIT_MS = 1_800_000;

/** A cluster of one node, `guest`, that tests take something from and give it back. */
export class TestCluster {
  #sandbox: Sandbox | undefined;
  readonly #settings: readonly string[];

  /** `settings`: as for --set. */
  constructor(
    private readonly lab: string,
    settings: readonly string[] = [],
  ) {
    this.#settings = settings.flatMap((setting) => ['--set', setting]);
  }

  /** Made when it is first asked for: nobody would remove that of tests which are all skipped. */
  get sandbox(): Sandbox {
    this.#sandbox ??= new Sandbox();
    return this.#sandbox;
  }

  async up(): Promise<void> {
    const { exitCode, stderr } = await this.sandbox.startFor(UP_LIMIT_MS, 'up', this.lab, ...this.#settings);
    expect(exitCode, stderr).toBe(0);
  }

  /** Runs a shell script in the node. */
  async inNode(script: string): Promise<void> {
    const { exitCode, stderr } = await this.sandbox.lab('exec', this.lab, 'guest', '--', 'sh', '-ec', script);
    expect(exitCode, stderr).toBe(0);
  }

  /** Runs kubectl, which must succeed. */
  async kubectl(...args: string[]): Promise<void> {
    const { exitCode, stderr } = await this.sandbox.lab('kubectl', this.lab, '--', ...args);
    expect(exitCode, stderr).toBe(0);
  }

  /** Has kubectl `apply` or `delete` these objects. */
  async objects(verb: 'apply' | 'delete', items: readonly object[]): Promise<void> {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    writeFileSync(join(this.sandbox.folder, 'objects.json'), list);
    await this.kubectl(verb, '-f', 'objects.json');
  }

  /** Runs a check, which must fail, and returns the titles of what failed. */
  async failuresOf(check: string, ...settings: readonly string[]): Promise<string[]> {
    const set = [...this.#settings, ...settings.flatMap((setting) => ['--set', setting])];
    const args = ['test', this.lab, '--check', check, ...set];
    const { exitCode, stdout, stderr } = await this.sandbox.startFor(CHECK_LIMIT_MS, ...args);
    expect(exitCode, stderr).toBe(1);
    return parseReport(stdout).checks.get(check)?.failed ?? [];
  }
}
