import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { JunitFile } from '../../../src/cli/junit-file.js';
import { InterruptedError } from '../../../src/errors/families.js';
import type { TestResult } from '../../../src/results/run.js';
import { checkResult, testResult } from '../../support/results.js';
import { useScratch } from '../../support/scratch.js';
import { childrenNamed, parseXml } from '../../support/xml.js';

const scratch = useScratch();
const passed = checkResult('vf-creation', [[true, 'one']]);
const same = (result: TestResult): TestResult => result;

afterEach(() => {
  vi.restoreAllMocks();
});

function file(): string {
  return join(scratch(), 'report.xml');
}

/** The suites of the report, each with its cases and what went wrong in them. */
function suites(): { name: string; errors: string[] }[] {
  const root = parseXml(readFileSync(file(), 'utf8'));
  return childrenNamed(root, 'testsuite').map((suite) => ({
    name: suite.attributes['name'] ?? '',
    errors: childrenNamed(suite, 'testcase').flatMap((testcase) =>
      childrenNamed(testcase, 'error').map(
        ({ attributes }) => `${attributes['type'] ?? ''}: ${attributes['message'] ?? ''}`,
      ),
    ),
  }));
}

describe('a place for JUnit that cannot be written', () => {
  it.each([
    ['a folder', () => scratch()],
    ['in a folder that is not there', () => join(scratch(), 'no/report.xml')],
    ['below a file', () => join(scratch(), 'file/report.xml')],
    // Root, too, makes no files here.
    ['in a folder that is not to be written', () => '/sys/report.xml'],
  ])('is told before the work: %s', (_, place) => {
    writeFileSync(join(scratch(), 'file'), '');
    expect(() => new JunitFile(place(), 'x')).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({ code: 'LAB-REPORT-WRITE', message: `${place()} cannot be written` }),
        ],
      }),
    );
  });

  it('is not one that has something: that stays until there is something better, and nothing is left by looking', () => {
    writeFileSync(file(), 'the last report');
    expect(new JunitFile(file(), 'x')).toBeDefined();
    expect(readFileSync(file(), 'utf8')).toBe('the last report');
    const other = join(scratch(), 'other.xml');
    expect(new JunitFile(other, 'x')).toBeDefined();
    expect(existsSync(other)).toBe(false);
    process.removeAllListeners('exit');
  });

  it('may be a pipe, for which nobody waits', () => {
    const pipe = join(scratch(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(new JunitFile(pipe, 'x')).toBeDefined();
    process.removeAllListeners('exit');
  });
});

describe('the JUnit file', () => {
  it('has the result', async () => {
    const result = testResult([passed]);
    expect(await new JunitFile(file(), 'x').around(async () => Promise.resolve(result), same)).toBe(result);
    expect(suites()).toEqual([{ name: 'vf-creation', errors: [] }]);
  });

  it('has what ran when the run is interrupted, and says so', async () => {
    const junit = new JunitFile(file(), 'x');
    const work = async (): Promise<TestResult> => {
      junit.add(passed);
      return Promise.reject(new InterruptedError('SIGINT'));
    };
    await expect(junit.around(work, same)).rejects.toThrow('stopped by SIGINT');
    expect(suites()).toEqual([
      { name: 'vf-creation', errors: [] },
      { name: 'the run', errors: ['LAB-INTERRUPTED: stopped by SIGINT'] },
    ]);
    const { attributes } = parseXml(readFileSync(file(), 'utf8'));
    expect(attributes).toMatchObject({ name: 'x', tests: '2', failures: '0', errors: '1' });
  });

  it('has an error for a run that did not begin', async () => {
    const work = async (): Promise<TestResult> => Promise.reject(new Error('no such thing'));
    await expect(new JunitFile(file(), 'x').around(work, same)).rejects.toThrow('no such thing');
    expect(suites()).toEqual([{ name: 'the run', errors: ['LAB-INTERNAL: unexpected: no such thing'] }]);
  });

  it('that cannot be written any more does not hide why the run ended', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const junit = new JunitFile(file(), 'x');
    const work = async (): Promise<TestResult> => {
      mkdirSync(file());
      return Promise.reject(new InterruptedError('SIGTERM'));
    };
    await expect(junit.around(work, same)).rejects.toThrow('stopped by SIGTERM');
    expect(said).toHaveBeenCalledWith(expect.stringContaining('LAB-REPORT-WRITE'));
  });

  it('is none when none is wanted', async () => {
    await new JunitFile(undefined, 'x').around(async () => Promise.resolve(testResult([])), same);
    expect(existsSync(file())).toBe(false);
  });

  it('has what ran when the process is told to leave at once', async () => {
    const module = new URL('../../../src/cli/junit-file.ts', import.meta.url).href;
    const script = `
      const { JunitFile } = await import(${JSON.stringify(module)});
      const junit = new JunitFile(${JSON.stringify(file())}, 'x');
      process.on('SIGINT', () => process.exit(130));
      void junit.around(async () => {
        junit.add(${JSON.stringify(passed)});
        console.log('there');
        await new Promise((resolve) => setTimeout(resolve, 600_000));
      }, (result) => result);
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
    expect(suites()).toEqual([
      { name: 'vf-creation', errors: [] },
      { name: 'the run', errors: ['LAB-INTERRUPTED: the command ended at once'] },
    ]);
  });
});
