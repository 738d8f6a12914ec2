import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { packageFolder } from '../../src/model/folders.js';
import { checkResult, testResult } from '../support/results.js';
import { jsonOf, usePlace, type JsonErrors } from './support/lab.js';

// What people type out of habit, and what they misspell.
const place = usePlace();

describe('other names', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

  it.each([['-v'], ['version'], ['--version']])('lab %s tells the version', async (word) => {
    const outcome = await place().lab(word);
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect(outcome.stdout).toMatch(new RegExp(`^sriov-lab/${version} linux-x64 node-v\\d+\\S+\\n$`));
  });

  it('lab version --json has its parts', async () => {
    expect(jsonOf(await place().lab('version', '--json'))).toEqual({
      name: 'sriov-lab',
      version,
      node: process.version,
    });
  });

  it.each([
    [['ls'], ['list']],
    [['ps'], ['status']],
    [
      ['destroy', 'quickstart'],
      ['down', 'quickstart'],
    ],
    [
      ['stop', 'quickstart'],
      ['down', 'quickstart'],
    ],
    [['deploy'], ['up']],
  ])('lab %j does what lab %j does', async (alias, command) => {
    const [one, other] = [await place().lab(...alias), await place().lab(...command)];
    const withoutName = ({ stderr }: { stderr: string }): string => stderr.replace(/lab help \w+/, '');
    expect({ ...one, stderr: withoutName(one) }).toEqual({ ...other, stderr: withoutName(other) });
  });

  it('are in the help of a command, and not in the list of commands', async () => {
    expect((await place().lab('help', 'down')).stdout).toMatch(
      /ALIASES\n {2}\$ lab destroy\n {2}\$ lab stop\n/,
    );
    expect((await place().lab('--help')).stdout).not.toMatch(/^ {2}(ls|ps|destroy|stop|deploy) /m);
  });

  it.each([[['-h']], [['up', '-h']]])('lab %j is help', async (argv) => {
    const [help] = argv.slice(-2, -1);
    expect(await place().lab(...argv)).toEqual(
      await place().lab(...(help === undefined ? [] : [help]), '--help'),
    );
  });
});

describe('did you mean', () => {
  it.each<[string[], string, string]>([
    [['stauts'], 'LAB-USAGE', 'lab status'],
    [['lst'], 'LAB-USAGE', 'lab list'],
    [['image', 'biuld', 'debian-13'], 'LAB-USAGE', 'lab image build'],
    [['help', 'destry'], 'LAB-USAGE', 'lab destroy'],
    [['up', 'quickstart', '--kernal', '/x'], 'LAB-USAGE', '--kernel'],
    [['test', 'quickstart', '--chek=traffic'], 'LAB-USAGE', '--check'],
    [['validate', 'quikstart'], 'LAB-NOT-FOUND', 'quickstart'],
    [['up', 'labs/quikstart'], 'LAB-NOT-FOUND', 'quickstart'],
    [['test', 'pf-frist'], 'LAB-NOT-FOUND', 'refused/pf-first'],
    [['down', 'quikstart'], 'LAB-NOT-FOUND', 'quickstart'],
    [['exec', 'quikstart', 'guest', '--', 'true'], 'LAB-NOT-FOUND', 'quickstart'],
    [['logs', 'quikstart'], 'LAB-NOT-FOUND', 'quickstart'],
    [['validate', 'mein'], 'LAB-NOT-FOUND', 'mine'],
    [['test', 'quickstart', '--check', 'trafic', '--accel', 'tcg'], 'LAB-CHECK-UNKNOWN', 'traffic'],
    [['image', 'show', 'debain-13'], 'LAB-IMAGE-UNKNOWN', 'debian-13'],
    [['image', 'show', 'mirco', '--lab', 'quickstart'], 'LAB-IMAGE-UNKNOWN', 'micro'],
  ])('lab %j: %s, did you mean %s', async (argv, code, meant) => {
    place().write('mine/lab.yaml', 'machines:\n  guest: {}\n');
    const outcome = await place().lab(...argv);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain(`[${code}]\n  next: did you mean \`${meant}\`?\n`);
    const json = await place().lab(...argv, ...(argv.includes('--') ? [] : ['--json']));
    if (!argv.includes('--'))
      expect((jsonOf(json) as JsonErrors).errors[0]).toMatchObject({
        code,
        hint: `did you mean \`${meant}\`?`,
      });
  });

  it('of nothing near lists what there is', async () => {
    expect((await place().lab('frobnicate')).stderr).toContain('next: lab help lists the commands');
    expect((await place().lab('image', 'frobnicate')).stderr).toContain(
      'next: lab help image lists the commands',
    );
    expect((await place().lab('up', 'quickstart', '--frobnicate')).stderr).toContain('next: see lab help up');
    expect((await place().lab('up', 'frobnicate')).stderr).toMatch(
      /next: name one of them; shipped: .*quickstart/,
    );
  });
});

describe('a command for a machine without --', () => {
  it.each([
    [['exec', 'quickstart', 'guest', 'ip', '-br', 'link'], 'lab exec quickstart guest -- ip -br link'],
    [
      ['exec', '--timeout', '3s', 'quickstart', 'guest', 'sh', '-c', 'echo a b'],
      "lab exec --timeout 3s quickstart guest -- sh -c 'echo a b'",
    ],
    [['kubectl', 'k8s', 'get', 'nodes', '-o', 'wide'], 'lab kubectl k8s -- get nodes -o wide'],
  ])('lab %j says: put -- first', async (argv, corrected) => {
    const outcome = await place().lab(...argv);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain(`[LAB-USAGE]\n  next: put -- first: ${corrected}\n`);
  });

  it('is not blamed for a misspelt flag of lab’s own', async () => {
    const outcome = await place().lab(
      'exec',
      '--timeuot',
      '3',
      'quickstart',
      'guest',
      '--',
      'ip',
      '-br',
      'link',
    );
    expect(outcome.stderr).toContain('next: did you mean `--timeout`?');
  });

  it('is asked for with the words that are there', async () => {
    expect((await place().lab('exec', 'vdpa', 'server')).stderr).toContain(
      'put it after --: lab exec vdpa server -- ',
    );
  });
});

describe('a lab that nobody knows', () => {
  it.each([['status'], ['down'], ['logs']])('is wrong for lab %s', async (command) => {
    const outcome = await place().lab(command, 'nowhere');
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain('there is no lab `nowhere`');
    expect(outcome.stderr).toContain('[LAB-NOT-FOUND]');
  });
});

describe('times', () => {
  it.each(['10m', '90', '90s', '1h'])('--boot-timeout %s is one', async (time) => {
    // It gets as far as the lab, which does not exist.
    expect((await place().lab('up', 'nowhere', '--boot-timeout', time)).stderr).toContain('[LAB-NOT-FOUND]');
  });

  it.each([
    [['up', 'quickstart', '--boot-timeout', 'soon'], '--boot-timeout: `soon` is not a time', '40s or 10m'],
    [
      ['up', 'quickstart', '--boot-timeout', '0s'],
      '--boot-timeout must be at least 1s, not 0s',
      '40s or 10m',
    ],
    [['bench', 'offload-tap', '--seconds', '2h'], '--seconds must be from 1s to 3600s, not 2h', '40s or 10m'],
    [['exec', 'quickstart', 'guest', '--timeout', '-1', '--', 'true'], '-1', ''],
    [
      ['results', '--prune', '--older-than', '3 weeks'],
      '--older-than: `3 weeks` is not a time',
      '30d or 12h',
    ],
  ])('lab %j is refused with an example', async (argv, message, example) => {
    const outcome = await place().lab(...argv);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain(message);
    expect(outcome.stderr).toContain('[LAB-USAGE]\n  next: ');
    expect(outcome.stderr).toContain(example);
  });

  it('of a bench are seconds in its result', async () => {
    const outcome = await place().lab('bench', 'offload-tap', '--dry-run', '--json', '--seconds', '2m');
    expect(jsonOf(outcome)).toMatchObject({ settings: { seconds: 120 } });
  });
});

describe('flags that may be repeated', () => {
  it('do not take the lab that follows', async () => {
    const outcome = await place().lab('test', '--check', 'trafic', 'quickstart', '--accel', 'tcg');
    expect(outcome.stderr).toContain('lab quickstart has no check `trafic`');
    const without = await place().lab('test', '--check', 'traffic');
    expect(without.stderr).toMatch(
      /^Missing 1 required arg:\nlab {2}.+ \[LAB-USAGE\]\n {2}next: see lab help test\n$/,
    );
  });
});

describe('on a terminal', () => {
  const entry = `'${process.execPath}' '${join(packageFolder(), 'bin/run.js')}'`;

  /** What a command prints on a terminal of this width. script(1) gives it one. */
  async function onTerminal(width: number, command: string): Promise<string> {
    const { stdout } = await place().run([
      'script',
      '-qec',
      `stty cols ${width}; ${entry} ${command}`,
      '/dev/null',
    ]).outcome;
    return stripVTControlCharacters(stdout).replaceAll('\r', '');
  }

  it.each([60, 100])('of %i columns no line of a table or of the help is longer', async (width) => {
    for (const command of ['list', '--help', 'image list']) {
      const lines = (await onTerminal(width, command)).split('\n');
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
      expect(lines.length).toBeGreaterThan(6);
    }
  });

  it('the headings of help are bold', async () => {
    const command = ['--help', 'help', 'help up'].map((words) => `${entry} ${words}`).join('; ');
    const { stdout } = await place().run(['script', '-qec', command, '/dev/null']).outcome;
    expect(stdout.split('\u001b[1mUSAGE\u001b[').length).toBeGreaterThan(2);
    expect(stdout).not.toContain(String.raw`\x1b`);
  });

  it('a test is told in words, and in TAP with --tap or into a pipe', async () => {
    const result = testResult([checkResult('vf-creation', [[false, 'three VFs appear', 'got: 2']])]);
    place().write('run.json', JSON.stringify(result));
    const shown = await onTerminal(80, 'results show run.json');
    expect(shown).toContain('✖ vf-creation\n  ✖ three VFs appear\n      got: 2\n');
    expect(shown).toContain(
      'quickstart: 1 of 1 check failed, with 1 of 1 assertion failed, in 1.5 s by emulation (TCG)',
    );
    expect(await onTerminal(80, 'results show run.json --tap')).toMatch(/^TAP version 14\n/);
    expect((await place().lab('results', 'show', 'run.json')).stdout).toMatch(/^TAP version 14\n/);
  });
});

describe('lab doctor', () => {
  // Whatever this computer has, and with nothing in the cache: it fetches nothing.
  it('ends with a sentence, which --json has too', async () => {
    place().environment['XDG_CACHE_HOME'] = join(place().folder, 'cache');
    const outcome = await place().lab('doctor');
    expect(outcome.stdout).toMatch(/\n\nlabs (run here, (with KVM|by emulation)|do not run here yet: ).*\n$/);
    const { ok, summary } = jsonOf(await place().lab('doctor', '--json')) as { ok: boolean; summary: string };
    expect(outcome.stdout.endsWith(`\n${summary}\n`)).toBe(true);
    expect(outcome.exitCode).toBe(ok ? 0 : 2);
  });

  it('--for LAB asks what that lab needs', async () => {
    place().environment['XDG_CACHE_HOME'] = join(place().folder, 'cache');
    const { stdout } = await place().lab('doctor', '--for', 'user-net');
    expect(stdout).toMatch(/^warning +images +micro: not built$/m);
    expect(stdout).not.toContain('/dev/net/tun');
    expect(stdout).toMatch(/\n\nlab user-net (runs|does not run) here/);
    const unknown = await place().lab('doctor', '--for', 'quikstart');
    expect(unknown).toMatchObject({ exitCode: 2, stdout: '' });
    expect(unknown.stderr).toContain('did you mean `quickstart`?');
  });
});
