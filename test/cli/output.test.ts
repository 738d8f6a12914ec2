import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageFolder } from '../../src/model/folders.js';
import { fakeQemu } from './support/fake-qemu.js';
import { usePlace, type Outcome } from './support/lab.js';

// stdout and stderr that go away, or that cannot be written.
const place = usePlace();
const stackLine = /^\s+at .*(\.[jt]s|node:)/m;

/** Runs `lab` with its streams redirected by bash; stdout then holds the exit codes of the pipeline. */
async function labWith(redirection: string, ...argv: readonly string[]): Promise<Outcome> {
  const script = `"$@" ${redirection}; echo "\${PIPESTATUS[*]}" >&3`;
  const lab = [process.execPath, join(packageFolder(), 'bin/run.js'), ...argv];
  return place().run(['bash', '-c', `exec 3>&1; ${script}`, 'bash', ...lab]).outcome;
}

describe('a reader that goes away', () => {
  it.each([
    [['validate', 'quickstart'], 0],
    [['graph', 'quickstart'], 0],
    [['--help'], 0],
    [['exec', 'quickstart', 'guest', '--json', '--', 'true'], 2],
  ])('does not change the exit code of lab %j', async (argv, exitCode) => {
    expect(await labWith('| true', ...argv)).toMatchObject({ stdout: `${exitCode} 0\n`, stderr: '' });
  });

  it('of stderr does not either', async () => {
    expect(await labWith('2>&1 >/dev/null | true', 'validate', 'nowhere')).toMatchObject({ stdout: '2 0\n' });
  });
});

describe.each(['| true', '>/dev/full', '2>/dev/full', '2>&1 | true'])(
  'a lab whose output goes %s',
  (redirection) => {
    it('is taken down', async () => {
      fakeQemu(place(), 'dies');
      place().write('mine/lab.yaml', 'machines: { guest: { nics: { pf0: { backend: user, vfs: 1 } } } }\n');
      const { stdout } = await labWith(redirection, 'test', 'mine', '--accel', 'tcg');
      expect(stdout).toMatch(/^3\b/);
      expect(await place().leftProcesses()).toEqual([]);
      expect(place().leftState()).toEqual([]);
    });
  },
);

describe('output that cannot be written', () => {
  it.each([
    [['validate', 'quickstart']],
    [['graph', 'quickstart']],
    [['status', '--json']],
    [['--help']],
    [['version']],
    [['validate', 'nowhere', '--json']],
  ])('of lab %j is an error of this computer', async (argv) => {
    const { stdout, stderr } = await labWith('>/dev/full', ...argv);
    expect(stdout).toBe('2\n');
    expect(stderr).toMatch(/^what lab prints cannot be written to stdout \[LAB-ENV-OUTPUT\]\n {2}next: /);
    expect(stderr).toContain('ENOSPC');
    expect(stderr).not.toMatch(stackLine);
  });

  it('on stderr too is told by the exit code alone', async () => {
    expect(await labWith('>/dev/full 2>&1', 'validate', 'quickstart')).toEqual({
      exitCode: 0,
      stdout: '2\n',
      stderr: '',
    });
  });
});
