import { afterEach, describe, expect, it, vi } from 'vitest';
import { reportError } from '../../../src/cli/report-error.js';
import { toLabError } from '../../../src/errors/format.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** What is written where for an error of which nobody knew. */
function written(json: boolean): { stdout: string; stderr: string } {
  const shown = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      shown[stream] += String(text);
      return true;
    });
  reportError(toLabError(new TypeError('a\u001b[2Jb is not a function')), json);
  vi.restoreAllMocks();
  return shown;
}

describe('an error', () => {
  it('has no stack, unless somebody asks for it: then it is that of the place where it happened', () => {
    expect(written(false).stderr).toMatch(
      /^unexpected: .*\[LAB-INTERNAL\]\n {2}next: [^\n]+\n {2}because: [^\n]+\n$/,
    );
    vi.stubEnv('DEBUG', 'lab');
    expect(written(false).stderr).toMatch(/TypeError: [^\n]+\n\s+at written/);
  });

  it('is JSON on stdout for programs, with nothing in it that a terminal would obey', () => {
    const { stdout, stderr } = written(true);
    expect(stderr).toBe('');
    expect(stdout).not.toContain('\u001b');
    expect(JSON.parse(stdout)).toMatchObject({
      errors: [{ code: 'LAB-INTERNAL', message: 'unexpected: a\u001b[2Jb is not a function' }],
    });
  });
});
