import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withTestOutput } from '../../../src/cli/test-output.js';
import { checkResult, testResult } from '../../support/results.js';

// eslint-disable-next-line @typescript-eslint/unbound-method -- it is put back where it was
const { isTTY, hasColors } = process.stdout;
const check = checkResult('vf-creation', [[true, 'three VFs appear']]);
let written = '';

beforeEach(() => {
  written = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  Object.assign(process.stdout, { isTTY, hasColors });
});

interface Case {
  readonly terminal: boolean;
  readonly json?: boolean;
  readonly tap?: boolean;
  readonly error?: Error;
}

/** What is on stdout when the check is done, and at the end. */
async function output({
  terminal,
  json = false,
  tap = false,
  error,
}: Case): Promise<{ during: string; all: string }> {
  Object.assign(process.stdout, { isTTY: terminal, hasColors: () => false });
  let during = '';
  const running = withTestOutput('quickstart', { json, tap }, async (onResult) => {
    onResult(check);
    during = written;
    return error === undefined ? Promise.resolve(testResult([check])) : Promise.reject(error);
  });
  if (error === undefined) await running;
  else await expect(running).rejects.toBe(error);
  return { during, all: written };
}

describe('what lab test prints', () => {
  it('is TAP into a pipe, each check as soon as it is done', async () => {
    const { during, all } = await output({ terminal: false });
    expect(during).toMatch(
      /^TAP version 14\n# Subtest: vf-creation\n[^]*\nok 1 - vf-creation # time=1\.23s\n$/,
    );
    expect(all).toMatch(/\n1\.\.1\n# lab quickstart: /);
  });

  it('is for a person on a terminal, at the end', async () => {
    const { during, all } = await output({ terminal: true });
    expect(during).toBe('');
    expect(all).toContain('quickstart: 1 check passed, with 1 assertion, in 1.5 s');
    expect(all).not.toContain('TAP');
  });

  it('is TAP on a terminal with --tap, and nothing with --json', async () => {
    expect((await output({ terminal: true, tap: true })).all).toMatch(/^TAP version 14\n/);
    written = '';
    expect((await output({ terminal: true, json: true })).all).toBe('');
    expect((await output({ terminal: false, json: true, tap: true })).all).toBe('');
  });

  it('has what ran if the run is broken off', async () => {
    const { all } = await output({ terminal: true, error: new Error('interrupted') });
    expect(all).toContain('the run did not come to its end; until then 1 check passed');
    written = '';
    // Without its plan a TAP stream is a failure already.
    expect((await output({ terminal: false, error: new Error('interrupted') })).all).not.toMatch(/^1\.\.1$/m);
  });
});
