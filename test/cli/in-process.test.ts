import { runCommand } from '@oclif/test';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('every command, as the framework runs it', () => {
  it.each([
    'completion',
    'console',
    'doctor',
    'down',
    'exec',
    'graph',
    'help',
    'init',
    'kubeconfig',
    'kubectl',
    'list',
    'logs',
    'proxy',
    'render',
    'schema',
    'status',
    'test',
    'up',
    'validate',
    'version',
  ])('%s has help with examples', async (command) => {
    const { stdout, error } = await runCommand(['help', command], { root });
    expect(error).toBeUndefined();
    expect(stdout).toContain('USAGE');
    expect(stdout).toContain('EXAMPLES');
    expect(stdout).toContain('--json');
  });

  it('validate returns what it found valid', async () => {
    const { result, stdout } = await runCommand<{ valid: string[] }>(['validate', 'quickstart'], { root });
    expect(result).toEqual({ valid: ['quickstart'] });
    expect(stdout).toBe('valid\n');
  });
});
