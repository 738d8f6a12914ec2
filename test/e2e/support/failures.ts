import { expect } from 'vitest';
import type { Sandbox } from './sandbox.js';
import { parseReport } from './tap.js';

/** Runs one check of a lab, which must fail, and returns the titles of what failed. */
export async function failuresOf(
  sandbox: Sandbox,
  lab: string,
  check: string,
  ...flags: string[]
): Promise<string[]> {
  const { exitCode, stdout, stderr } = await sandbox.lab('test', lab, '--check', check, ...flags);
  expect(exitCode, stderr).toBe(1);
  return parseReport(stdout).checks.get(check)?.failed ?? [];
}
