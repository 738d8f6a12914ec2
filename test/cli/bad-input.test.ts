import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageFolder } from '../../src/model/folders.js';
import { usePlace, type Outcome } from './support/lab.js';

const place = usePlace();
const MANY = 60_000;
const MEGABYTE = 1024 * 1024;

function isRefused(outcome: Outcome, pattern: RegExp): void {
  expect(outcome, outcome.stderr.slice(0, 2000)).toMatchObject({ exitCode: 2, stdout: '' });
  expect(outcome.stderr).toMatch(pattern);
  expect(outcome.stderr).toMatch(/\n {2}next: ./);
  expect(outcome.stderr).not.toMatch(/LAB-INTERNAL|^\s+at .*(\.[jt]s|node:)/m);
}

function numbered(count: number, line: (number: number) => string): string {
  return Array.from({ length: count }, (_, number) => line(number)).join('');
}

const texts: readonly (readonly [string, string | Buffer, RegExp])[] = [
  ['an empty file', '', /^bad\.yaml:1:1: the file is empty.*\[LAB-SHAPE-MISSING\]/],
  [
    'a program',
    Buffer.from('\u007fELF\u0002\u0001\u0001\u0000\u0000'),
    /^bad\.yaml:1:\d+: .*\[LAB-FILE-BINARY\]/,
  ],
  [
    'a picture',
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    /^bad\.yaml:1:1: .*\[LAB-FILE-ENCODING\]/,
  ],
  ['UTF-16', Buffer.from('\ufeffmachines: {}', 'utf16le'), /^bad\.yaml:1:1: .*\[LAB-FILE-ENCODING\]/],
  ['Latin-1', Buffer.from('summary: größer', 'latin1'), /^bad\.yaml:1:12: .*\[LAB-FILE-ENCODING\]/],
  [
    'ten megabytes',
    'x: 1\n'.repeat(2 * MEGABYTE),
    /^bad\.yaml: the file has 10485760 bytes.*\[LAB-FILE-SIZE\]/,
  ],
  [
    'an alias bomb',
    `a: &a [x, x]\n${numbered(30, (n) => `b${n}: &b${n} [*${n === 0 ? 'a' : `b${n - 1}`}, *${n === 0 ? 'a' : `b${n - 1}`}]\n`)}`,
    /\[LAB-YAML-ALIASES\]/,
  ],
  ['many aliases', `a: &a 1\nb: [${'*a,'.repeat(MANY)}]`, /\[LAB-YAML-ALIASES\]/],
  ['an alias of itself', 'machines: &m { guest: *m }', /^bad\.yaml:1:23: .*\[LAB-YAML\]/],
  ['tabs', 'machines:\n\tguest: {}\n', /^bad\.yaml:2:1: a tab .*\[LAB-YAML\]/],
  [
    'keys that are there twice',
    'machines: {}\nmachines: {}\n',
    /^bad\.yaml:2:1: `machines` is there twice \[LAB-YAML\]/,
  ],
  ['one key many times', 'a: 1\n'.repeat(MANY), /and \d+ more problems from here on \[LAB-MORE\]/],
  [
    'many unknown keys',
    `machines: {}\n${numbered(MANY, (n) => `k${n}: 1\n`)}`,
    /\[LAB-SHAPE-KEY\][^]*\[LAB-MORE\]/,
  ],
  [
    'many wrong names',
    `machines:\n${numbered(MANY, (n) => ` N${n}: {}\n`)}`,
    /\[LAB-SHAPE-NAME\][^]*\[LAB-MORE\]/,
  ],
  [
    'many unknown checks',
    `machines: { guest: {} }\nchecks:\n${' - x\n'.repeat(MANY)}`,
    /\[LAB-RULE-CHECK\][^]*\[LAB-MORE\]/,
  ],
  ['brackets all the way', `machines: ${'['.repeat(MANY)}`, /\[LAB-YAML\]/],
  ['braces all the way', `machines: ${'{a: '.repeat(MANY)}`, /too deeply \[LAB-YAML\]/],
  [
    'colours and a cleared screen',
    '"\\e[2J\\e[31mkey": 1\nmachines: {}\n',
    /unknown key `\\x1b\[2J\\x1b\[31mkey`/,
  ],
];

describe('lab validate', () => {
  it.each(texts)(
    'refuses %s with its place and exit code 2',
    { timeout: 120_000 },
    async (_, text, pattern) => {
      writeFileSync(join(place().folder, 'bad.yaml'), text);
      isRefused(await place().lab('validate', 'bad.yaml'), pattern);
    },
  );

  it('refuses what is no regular file', async () => {
    mkdirSync(join(place().folder, 'folder.yaml'));
    mkdirSync(join(place().folder, 'mine/lab.yaml'), { recursive: true });
    execFileSync('mkfifo', [join(place().folder, 'pipe.yaml')]);
    symlinkSync('nowhere', join(place().folder, 'dangling.yaml'));
    symlinkSync('loop.yaml', join(place().folder, 'loop.yaml'));
    isRefused(await place().lab('validate', 'folder.yaml'), /LAB-NOT-FOUND|LAB-FILE/);
    isRefused(await place().lab('validate', 'mine'), /^mine\/lab\.yaml: .*\[LAB-FILE-KIND\]/);
    isRefused(await place().lab('validate', 'pipe.yaml'), /^pipe\.yaml: .*\[LAB-FILE-KIND\]/);
    isRefused(await place().lab('validate', '/dev/zero'), /^\/dev\/zero: .*\[LAB-FILE-KIND\]/);
    isRefused(await place().lab('validate', 'dangling.yaml'), /\[LAB-NOT-FOUND\]/);
    isRefused(await place().lab('validate', 'loop.yaml'), /\[LAB-NOT-FOUND\]/);
  });

  it('refuses a file that it may not read, with the system’s reason', async () => {
    chmodSync(place().write('secret.yaml', 'machines: {}\n'), 0o000);
    // In a user namespace of its own even root has to keep to the permissions.
    const argv = [process.execPath, join(packageFolder(), 'bin/run.js'), 'validate', 'secret.yaml'];
    const outcome = await place().run(['unshare', '--user', '--', ...argv]).outcome;
    isRefused(outcome, /^secret\.yaml: the file cannot be read \[LAB-FILE-READ\]/);
    expect(outcome.stderr).toContain('because: EACCES');
  });
});

describe('every command that reads a definition', () => {
  it.each([['render', '-o', 'out'], ['graph'], ['up', '--accel', 'tcg'], ['test', '--accel', 'tcg']])(
    'lab %s refuses a wrong one as lab validate does',
    async (command, ...argv) => {
      place().write(
        'bad.yaml',
        'machines: { guest: { image: mikro, nics: { pf0: { backend: { tap: lan } } } } }\n',
      );
      const expected = await place().lab('validate', 'bad.yaml');
      expect(await place().lab(command, 'bad.yaml', ...argv)).toEqual(expected);
      expect(expected.stderr.match(/\[LAB-[A-Z-]+\]/g)).toEqual(['[LAB-RULE-IMAGE]', '[LAB-RULE-NETWORK]']);
    },
  );
});
