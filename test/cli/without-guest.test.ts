import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonOf, usePlace, type JsonErrors } from './support/lab.js';

const place = usePlace();
const valid = 'machines:\n  guest:\n    nics:\n      pf0: { backend: user, vfs: 2 }\nchecks: [vf-creation]\n';
const stackLine = /^\s+at .*(\.[jt]s|node:)/m;

describe('lab', () => {
  it('shows all commands, and help of each with its flags', async () => {
    const help = await place().lab('--help');
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    const commands = [
      'console',
      'doctor',
      'down',
      'exec',
      'init',
      'logs',
      'render',
      'status',
      'test',
      'up',
      'validate',
    ];
    for (const command of commands) expect(help.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    const up = await place().lab('up', '--help');
    expect(up).toMatchObject({ exitCode: 0, stderr: '' });
    for (const word of ['USAGE', '--qemu', '--kernel', '--modules', '--dry-run', '--json', 'EXAMPLES'])
      expect(up.stdout).toContain(word);
    expect((await place().lab('help', 'exec')).stdout).toContain('exec [-it] LAB MACHINE|PEER');
  });

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const outcome = await place().lab('--version');
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect(outcome.stdout).toMatch(new RegExp(`^sriov-lab/${version} linux-x64 node-v\\d+\\S+\\n$`));
  });

  it('leaves nothing in the state folder for having looked', async () => {
    for (const argv of [['status'], ['--version'], ['down', '--all'], ['validate', 'quickstart']])
      await place().lab(...argv);
    expect(readdirSync(place().state)).toEqual([]);
  });
});

describe('lab validate', () => {
  it('accepts shipped labs, folders and files', async () => {
    place().write('mine/lab.yaml', valid);
    place().write('other.yaml', valid);
    expect(await place().lab('validate', 'quickstart')).toEqual({
      exitCode: 0,
      stdout: 'valid\n',
      stderr: '',
    });
    const several = await place().lab('validate', 'quickstart', 'mine', 'other.yaml');
    expect(several).toEqual({ exitCode: 0, stdout: '3 definitions are valid\n', stderr: '' });
    const json = await place().lab('validate', 'mine', '--json');
    expect(json).toMatchObject({ exitCode: 0, stderr: '' });
    expect(jsonOf(json)).toEqual({ valid: ['mine'] });
  });

  it('shows every problem of every file, each with its place', async () => {
    place().write('one.yaml', 'machines:\n  guest: { imgae: micro, cpus: many }\n');
    place().write('two/lab.yaml', 'machines:\n  guest: { image: mikro }\n');
    const outcome = await place().lab('validate', 'one.yaml', 'quickstart', 'two');
    expect(outcome).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: [
        'one.yaml:2:12: unknown key `imgae` in machines.guest [LAB-SHAPE-KEY]',
        '  next: did you mean `image`?',
        'one.yaml:2:32: `machines.guest.cpus` is "many" [LAB-SHAPE-VALUE]',
        '  next: it must be a whole number from 1 to 64',
        'two/lab.yaml:2:19: there is no image `mikro` [LAB-RULE-IMAGE]',
        '  next: did you mean `micro`?',
        '',
      ].join('\n'),
    });
  });

  it('prints them as JSON, and nothing else anywhere', async () => {
    place().write('one.yaml', 'machines:\n  guest: { imgae: micro }\n');
    const outcome = await place().lab('validate', 'one.yaml', '--json');
    expect(outcome).toMatchObject({ exitCode: 2, stderr: '' });
    expect(jsonOf(outcome)).toEqual({
      errors: [
        {
          code: 'LAB-SHAPE-KEY',
          message: 'unknown key `imgae` in machines.guest',
          location: { file: 'one.yaml', line: 2, column: 12 },
          hint: 'did you mean `image`?',
        },
      ],
      causes: [],
    });
  });

  it.each(['nothing', 'no/such.yaml', ''])('refuses %j, which is not there', async (name) => {
    const outcome = await place().lab('validate', name);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toMatch(/there is no lab .*\[LAB-NOT-FOUND\]\n {2}next: .*quickstart/);
  });

  it('names files outside the working folder in full', async () => {
    const file = place().write('one.yaml', 'nothing: 1\n');
    mkdirSync(join(place().folder, 'sub'));
    const outcome = await place().run([
      'sh',
      '-c',
      `cd sub && exec '${process.execPath}' '${join(process.cwd(), 'bin/run.js')}' validate '${file}'`,
    ]).outcome;
    expect(outcome.stderr).toContain(`${file}:1:1: `);
  });
});

describe('lab render', () => {
  it('writes what a lab is run from, and names each file', async () => {
    const outcome = await place().lab('render', 'quickstart', '-o', 'out');
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    const files = outcome.stdout.trim().split('\n');
    expect(files).toContain('guest.qemu');
    for (const file of files) {
      const { mode } = statSync(join(place().folder, 'out', file));
      expect({ file, executable: (mode & 0o111) !== 0 }).toEqual({ file, executable: file.endsWith('.sh') });
    }
    expect(readFileSync(join(place().folder, 'out/network.sh'), 'utf8')).toBe(
      readFileSync('test/golden/quickstart/network.sh', 'utf8'),
    );
  });

  it('prints the same as JSON', async () => {
    const outcome = await place().lab('render', 'quickstart', '-o', 'out', '--json');
    expect(jsonOf(outcome)).toMatchObject({
      lab: 'quickstart',
      folder: 'out',
      files: expect.arrayContaining(['run.sh']) as unknown,
    });
  });

  it('does not write among other files unless forced', async () => {
    place().write('out/mine', 'mine');
    const outcome = await place().lab('render', 'quickstart', '-o', 'out');
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain('out is not empty [LAB-RENDER-NOT-EMPTY]');
    expect(readdirSync(join(place().folder, 'out'))).toEqual(['mine']);
    expect(await place().lab('render', 'quickstart', '-o', 'out', '--force')).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(place().folder, 'out/mine'), 'utf8')).toBe('mine');
  });

  it('writes nothing for a definition that is wrong', async () => {
    place().write('lab.yaml', 'machines: []\n');
    expect(await place().lab('render', '.', '-o', 'out')).toMatchObject({ exitCode: 2, stdout: '' });
    expect(existsSync(join(place().folder, 'out'))).toBe(false);
  });

  it('says that a folder cannot be written to', async () => {
    place().write('file', '');
    const outcome = await place().lab('render', 'quickstart', '-o', 'file/out');
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toMatch(/a file stands where a folder is needed \[LAB-ENV-PATH\]\n {2}next: /);
    expect(outcome.stderr).not.toMatch(stackLine);
  });
});

describe('with no lab up', () => {
  it.each<[string[], number, string]>([
    [['status'], 0, 'no lab is up\n'],
    [['status', 'quickstart'], 0, 'quickstart is not up\n'],
    [['down', 'quickstart'], 0, 'nothing was up\n'],
    [['down', '--all'], 0, 'nothing was up\n'],
  ])('lab %j says so', async (argv, exitCode, stdout) => {
    expect(await place().lab(...argv)).toEqual({ exitCode, stdout, stderr: '' });
  });

  it.each<[string[], unknown]>([
    [['status', '--json'], { labs: [], damaged: [] }],
    [['down', 'quickstart', '--json'], { down: [], damaged: [] }],
    [['down', '--all', '--json'], { down: [], damaged: [] }],
  ])('lab %j does so in JSON', async (argv, value) => {
    const outcome = await place().lab(...argv);
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect(jsonOf(outcome)).toEqual(value);
  });

  it.each<[string[], string]>([
    [['logs', 'quickstart'], 'LAB-NO-LOGS'],
    [['exec', 'quickstart', 'guest', '--', 'true'], 'LAB-NOT-UP'],
    [['console', 'quickstart'], 'LAB-NOT-UP'],
    [['console', 'quickstart', 'guest'], 'LAB-NOT-UP'],
  ])('lab %j is refused', async (argv, code) => {
    const outcome = await place().lab(...argv);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toMatch(new RegExp(`\\[${code}\\]\n {2}next: .*lab up quickstart`));
    const json = await place().lab(...argv.slice(0, 1), '--json', ...argv.slice(1));
    expect(json).toMatchObject({ exitCode: 2, stderr: '' });
    expect((jsonOf(json) as JsonErrors).errors[0]?.code).toBe(code);
  });
});

describe('wrong usage', () => {
  it.each<[string[], RegExp]>([
    [['up'], /LAB|lab/],
    [['test'], /LAB|lab/],
    [['validate'], /lab/],
    [['render', 'quickstart'], /output/],
    [['up', 'quickstart', '--nope'], /--nope/],
    [['up', 'quickstart', 'twice'], /twice/],
    [['up', 'quickstart', '--accel', 'xen'], /auto, kvm, tcg/],
    [['up', 'quickstart', '--modules', '/x'], /--kernel/],
    [['up', 'quickstart', '--boot-timeout', 'soon'], /soon/],
    [['up', 'quickstart', '--boot-timeout', '0'], /0/],
    [['down'], /--all/],
    [['down', 'quickstart', '--all'], /--all/],
    [['exec', 'quickstart', 'guest'], /command/],
  ])('lab %j is told so, with the way to help, in text and in JSON', async (argv, words) => {
    const outcome = await place().lab(...argv);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toMatch(words);
    expect(outcome.stderr).toMatch(/\[LAB-USAGE\]\n {2}next: /);
    expect(outcome.stderr).not.toMatch(stackLine);
    const json = await place().lab(...argv, '--json');
    expect(json).toMatchObject({ exitCode: 2, stderr: '' });
    expect((jsonOf(json) as JsonErrors).errors[0]).toMatchObject({ code: 'LAB-USAGE' });
  });

  it('of a command that is not there names the nearest and ends with 2', async () => {
    const outcome = await place().lab('stauts');
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toBe(
      'there is no command `lab stauts` [LAB-USAGE]\n  next: did you mean `lab status`?\n',
    );
    expect(outcome.stderr).not.toMatch(stackLine);
  });

  it('of a check that the lab has not is refused before anything is started', async () => {
    const outcome = await place().lab('test', 'quickstart', '--check', 'bandwidth', '--accel', 'tcg');
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toMatch(/\[LAB-CHECK-UNKNOWN\]\n {2}next: its checks: vf-creation/);
    expect(outcome.stderr).not.toContain('Boot');
  });
});

describe('what is written', () => {
  it('has no colour where there is no terminal, nor with NO_COLOR on one', async () => {
    const plain = await place().lab('validate', 'none');
    expect(plain.stdout + plain.stderr).not.toContain('\u001b');
    // script(1) gives its command a terminal.
    place().environment['NO_COLOR'] = '1';
    const entry = `'${process.execPath}' '${join(process.cwd(), 'bin/run.js')}'`;
    const onTerminal = await place().run([
      'script',
      '-qec',
      `${entry} validate none; ${entry} --help; ${entry} status`,
      '/dev/null',
    ]).outcome;
    expect(onTerminal.stdout).toContain('LAB-NOT-FOUND');
    expect(onTerminal.stdout).toContain('COMMANDS');
    // eslint-disable-next-line no-control-regex -- colours
    expect(onTerminal.stdout).not.toMatch(/\u001b\[[0-9;]*m/);
  });

  it('may go to a reader that has seen enough', async () => {
    const entry = `'${process.execPath}' '${join(process.cwd(), 'bin/run.js')}'`;
    const outcome = await place().run(['bash', '-c', `${entry} help up | true; echo "\${PIPESTATUS[0]}"`])
      .outcome;
    expect(outcome).toEqual({ exitCode: 0, stdout: '0\n', stderr: '' });
  });
});
