/** @module-tag thorough */
import { expect, test } from 'vitest';
import type { TestResult } from '../../src/results/run.js';
import { LIMIT_MS, useNestedLab } from './support/nested-lab.js';

const { sandbox, lab } = useNestedLab();

test(
  'with taps and a bridge in the server fails vdpa-path, and by that which it is about',
  { timeout: LIMIT_MS },
  async () => {
    const { exitCode, stdout, stderr } = await lab('test', 'vdpa-ablation', '--json');
    expect(exitCode, stderr).toBe(1);
    const { checks } = JSON.parse(stdout) as TestResult;
    const failed = checks.flatMap(({ assertions }) => assertions.filter(({ ok }) => !ok));
    expect(failed.map(({ title }) => title)).toEqual([
      'pf0: its netdev in QEMU is a vDPA device',
      'vf0: its netdev in QEMU is a vDPA device',
      'vf1: its netdev in QEMU is a vDPA device',
      'no interface of the system that QEMU runs on carried the payload',
      'QEMU itself neither read nor wrote the payload',
      'pf0: with QEMU stopped, packets still arrive in the guest’s memory',
      'vf0: with QEMU stopped, packets still arrive in the guest’s memory',
      'vf1: with QEMU stopped, packets still arrive in the guest’s memory',
    ]);
    expect(await sandbox().leftovers()).toEqual([]);
  },
);
