import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageFolder } from '../../src/model/folders.js';
import { LabFolder } from '../../src/lab/record.js';
import { lab } from '../support/definition.js';
import { record } from '../support/record.js';
import { testResult, checkResult } from '../support/results.js';
import { jsonOf, usePlace, type Outcome } from './support/lab.js';

const place = usePlace();
const entry = join(packageFolder(), 'bin/run.js');
const stackLine = /^\s+at .*(\.[jt]s|node:)/m;

/** Runs `lab` by way of a shell that prepares something: `exec "$@"` is lab. */
async function labAfter(script: string, ...argv: readonly string[]): Promise<Outcome> {
  return place().run(['sh', '-c', script, 'sh', process.execPath, entry, ...argv]).outcome;
}

/** A lab error with what to do next, and nothing that only a programmer reads. */
function expectTold({ stdout, stderr, exitCode }: Outcome, code: string): void {
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
  expect(stderr).toContain(`[${code}]\n  next: `);
  expect(stderr).not.toMatch(stackLine);
}

describe('what this computer refuses', () => {
  it('is told when the working folder has been removed', async () => {
    const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"';
    for (const argv of [
      ['validate', 'quickstart'],
      ['down', '--all'],
    ])
      expectTold(await labAfter(script, ...argv), 'LAB-ENV-WORKING-FOLDER');
    // What needs no folder is answered.
    for (const argv of [['--help'], ['--version'], ['__complete', 'st']])
      expect(await labAfter(script, ...argv)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('is told when no file may be as large, with the file', async () => {
    const outcome = await labAfter('ulimit -f 1; exec "$@"', 'init', 'mine');
    expectTold(outcome, 'LAB-ENV-FILE-SIZE');
    expect(outcome.stderr).toContain('mine/lab.');
  });

  it('is told when the disk to which the output goes is full', async () => {
    expectTold(await labAfter('exec "$@" >/dev/full', 'list'), 'LAB-ENV-OUTPUT');
  });

  // With fewer, Node itself does not start.
  it.each([24, 28, 32, 40])('is told, or does not matter, with %i open files', async (limit) => {
    const outcome = await labAfter(`ulimit -n ${limit}; exec "$@"`, 'validate', 'quickstart');
    expect(outcome.stderr).not.toMatch(stackLine);
    if (outcome.exitCode === 0) return;
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toMatch(/too many open files[^]*\n {2}next: raise the limit: ulimit -n/);
  });

  it('is told when a lock cannot be taken: nobody holds it, so nobody is waited for', async () => {
    const labs = join(place().state, 'sriov-lab/labs/x-12345678');
    mkdirSync(labs, { recursive: true });
    writeFileSync(join(labs, 'state.json'), 'damaged');
    place().program('flock', 'echo "flock: cannot open lock file" >&2; exit 66');
    const outcome = await place().lab('down', 'x-12345678');
    expectTold(outcome, 'LAB-ENV-LOCK');
    expect(outcome.stderr).toContain(`${join(labs, 'lock')}: `);
    expect(outcome.stderr).not.toContain('Wait for');
  });
});

describe('an empty HOME', () => {
  it('is not the working folder: nothing is written there', async () => {
    const script =
      'unset XDG_CACHE_HOME XDG_STATE_HOME XDG_DATA_HOME XDG_CONFIG_HOME; HOME=$home; export HOME; exec "$@"';
    // The folders are then those of whoever runs the tests: nothing that would ask a lab of theirs.
    for (const home of ['', '.', 'relative'])
      for (const argv of [
        ['list'],
        ['results'],
        ['logs', 'nothing'],
        ['nonsense'],
        ['validate', '--nonsense'],
      ]) {
        await labAfter(`home='${home}'; ${script}`, ...argv);
        expect({ home, argv, files: readdirSync(place().folder) }).toEqual({ home, argv, files: [] });
      }
  });
});

describe('a damaged record', () => {
  const id = 'mine-12345678';
  const damaged = [{ id, problem: 'the record of lab mine is damaged' }];

  function damage(): void {
    const folder = join(place().state, 'sriov-lab/labs', id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'state.json'), '{"version": 6, "id"');
  }

  /** A lab that is recorded, and of which nothing runs. Returns its id. */
  function leave(name: string): string {
    const left = record(lab({ name, machines: { guest: {} } }));
    new LabFolder(join(place().state, 'sriov-lab'), left.id).write(left);
    return left.id;
  }

  it('is named and skipped by all that is about other labs, and its id clears it', async () => {
    damage();
    const status = await place().lab('status');
    expect(status).toMatchObject({ exitCode: 0, stdout: '' });
    expect(status.stderr).toContain('the record of lab mine is damaged [LAB-STATE-UNREADABLE]');
    expect(status.stderr).toContain('lab down mine-12345678');
    expect(jsonOf(await place().lab('status', '--json'))).toEqual({
      labs: [],
      damaged,
    });
    for (const argv of [
      ['exec', 'quickstart', 'guest', '--', 'true'],
      ['console', 'quickstart'],
    ])
      expect((await place().lab(...argv)).stderr).toContain('[LAB-NOT-UP]');
    expect((await place().lab('status', 'quickstart')).stdout).toBe('quickstart is not up\n');
    expect((await place().lab('status', 'mnie')).stderr).toContain('did you mean `mine`?');
    for (const argv of [
      ['exec', 'mine', 'guest', '--', 'true'],
      ['status', 'mine'],
    ])
      expectTold(await place().lab(...argv), 'LAB-STATE-UNREADABLE');

    expect(await place().lab('down', id)).toMatchObject({ exitCode: 0, stdout: `down: ${id}\n` });
    expect(await place().lab('status')).toEqual({ exitCode: 0, stdout: 'no lab is up\n', stderr: '' });
    expect(await place().lab('down', '--all')).toMatchObject({ exitCode: 0, stdout: 'nothing was up\n' });
  });

  it('is what `down --all` leaves, with exit code 1, after it has taken down the others', async () => {
    damage();
    const sound = [leave('one'), leave('two')];
    const json = await place().lab('down', '--all', '--json');
    expect(json.exitCode).toBe(1);
    expect(jsonOf(json)).toEqual({ down: sound, damaged });
    expect(json.stderr).toContain('[LAB-STATE-UNREADABLE]');

    const again = [leave('one'), leave('two')];
    const text = await place().lab('down', '--all');
    expect(text).toMatchObject({ exitCode: 1, stdout: `down: ${again.join(', ')}\n` });
    expect(text.stderr).toContain('the record of lab mine is damaged [LAB-STATE-UNREADABLE]');
    expect(text.stderr).toContain(`lab down ${id}`);
    expect(text.stderr).not.toMatch(stackLine);
    expect(await place().lab('down', '--all')).toMatchObject({ exitCode: 1, stdout: '' });

    expect(await place().lab('down', 'mine')).toMatchObject({ exitCode: 0, stdout: `down: ${id}\n` });
    expect(await place().lab('down', '--all')).toMatchObject({ exitCode: 0, stdout: 'nothing was up\n' });
    expect(place().leftState()).toEqual([]);
  });
});

describe('what a hostile guest says', () => {
  const nasty = 'a\u001b[2J\u001b]0;owned\u0007\u009b1Ab\rc';
  const shown = String.raw`a\x1b[2J\x1b]0;owned\x07\x9b1Ab`;
  const obeyed = new RegExp(String.raw`[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]`);

  function leaveLog(): void {
    const run = join(place().state, 'sriov-lab/labs/mine-12345678/run');
    mkdirSync(run, { recursive: true });
    writeFileSync(join(run, 'guest.qemu.log'), `${nasty}\u009b31m\n`);
  }

  it('is printable in a log on a terminal, and as it was in a pipe', async () => {
    leaveLog();
    const argv = [process.execPath, entry, 'logs', 'mine', 'guest.qemu'];
    const piped = await place().lab('logs', 'mine', 'guest.qemu');
    expect(piped.stdout).toContain('\u009b31m');
    const command = argv.map((word) => `'${word}'`).join(' ');
    const terminal = await place().run(['script', '-qec', command, '/dev/null']).outcome;
    expect(terminal.stdout).toContain(String.raw`\x9b31m`);
    expect(terminal.stdout).not.toMatch(obeyed);
  });

  it('is printable in results and in each kind of report', async () => {
    const folder = join(place().state, 'sriov-lab/labs/mine-12345678/results');
    mkdirSync(folder, { recursive: true });
    const check = { ...checkResult(nasty, [[false, nasty, nasty]]), remarks: [nasty] };
    const run = testResult([check]);
    writeFileSync(join(folder, `${run.id}.json`), JSON.stringify(run));

    const tap = await place().lab('results', 'show', run.id);
    expect(tap.stdout).toContain(shown);
    const json = await place().lab('results', 'show', run.id, '--json');
    expect(jsonOf(json)).toEqual(run);
    for (const { stdout } of [tap, json, await place().lab('results')]) expect(stdout).not.toMatch(obeyed);
    const files = ['report.tap', 'report.xml', 'report.html'];
    await place().lab('report', run.id, ...files.flatMap((file) => ['-o', file]));
    for (const file of files) {
      const text = readFileSync(join(place().folder, file), 'utf8');
      expect({ file, obeyed: obeyed.exec(text)?.[0] }).toEqual({ file, obeyed: undefined });
    }
  });
});

describe('--junit', () => {
  it.each(['test', 'bench'])('of lab %s is looked at before anything else', async (command) => {
    const outcome = await place().lab(command, 'offload-tap', '--junit', 'no/such/folder.xml');
    expectTold(outcome, 'LAB-REPORT-WRITE');
    expect(outcome.stderr).toContain('no/such/folder.xml cannot be written');
    expect(outcome.stderr).not.toContain('… ');
  });

  it('is written for a run that does not begin, too', async () => {
    place().write('wrong/lab.yaml', 'machines:\n  guest: { imgae: micro }\n');
    expectTold(await place().lab('test', 'wrong', '--junit', 'report.xml'), 'LAB-SHAPE-KEY');
    const report = readFileSync(join(place().folder, 'report.xml'), 'utf8');
    expect(report).toContain('errors="1"');
    expect(report).toContain('<error type="LAB-SHAPE-KEY"');
    expect(existsSync(join(place().folder, 'wrong/lab.yaml'))).toBe(true);
  });
});
