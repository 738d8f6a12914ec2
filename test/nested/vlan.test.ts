/** @module-tag thorough */
import { expect, test } from 'vitest';
import { parseReport } from '../e2e/support/tap.js';
import { LIMIT_MS, useNestedLab } from './support/nested-lab.js';

const { sandbox, lab } = useNestedLab();

test(
  'labs/vdpa-vlan: VLANs of the VFs outside are kept apart for the functions inside',
  { timeout: LIMIT_MS },
  async () => {
    const { exitCode, stdout, stderr } = await lab('test', 'vdpa-vlan');
    expect(exitCode, stdout + stderr).toBe(0);
    const { ok, checks } = parseReport(stdout);
    expect(ok).toBe(true);
    expect([...checks.keys()]).toEqual(['isolation']);
    expect(stdout).toContain('from VLAN 20: vf0, on VLAN 10, has received nothing');
    expect(stdout).toContain('from VLAN 10: vf1, on VLAN 20, has received nothing');
    expect(await sandbox().leftovers()).toEqual([]);
  },
);
