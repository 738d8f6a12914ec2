/** @module-tag thorough */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BenchResult } from '../../src/results/run.js';
import { Sandbox } from '../e2e/support/sandbox.js';
import { LIMIT_MS } from './support/nested-lab.js';

test(
  'lab bench offload compares vDPA with what the guest and QEMU do, says what it was taken under, and leaves nothing',
  { timeout: LIMIT_MS },
  async () => {
    const sandbox = new Sandbox();
    try {
      const flags = [
        '--quick',
        '--only',
        'tcp-stream',
        '--only',
        'tcp-rr',
        '--runs',
        '2',
        '--seconds',
        '6',
        '--json',
      ];
      const outcome = await sandbox.startFor(LIMIT_MS, 'bench', 'offload', ...flags);
      const result = JSON.parse(outcome.stdout) as BenchResult;
      expect(result.refusals, outcome.stderr).toEqual([]);
      expect(outcome.exitCode).toBe(0);
      expect(result.circumstances.accelerator).toBe('tcg');
      expect(result.path.places).toEqual({ offload: 'tap server-pf0.vf1', software: 'QEMU of guest' });
      for (const { ownBytes, payloadBytes } of result.path.evidence)
        expect(ownBytes).toBeGreaterThan(payloadBytes);
      expect(result.comparisons.map(({ measurement }) => measurement)).toContain('tcp-stream');

      const report = join(sandbox.folder, 'report.html');
      const reported = await sandbox.lab('report', 'offload', '-o', report);
      expect(reported.exitCode, reported.stderr).toBe(0);
      expect(readFileSync(report, 'utf8')).toContain('TCG');
      expect(await sandbox.leftovers()).toEqual([]);
    } finally {
      await sandbox.dispose();
    }
  },
);
