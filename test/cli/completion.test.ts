import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLab } from '../../src/definition/read-lab.js';
import { packageFolder } from '../../src/model/folders.js';
import { record } from '../support/record.js';
import { jsonOf, usePlace } from './support/lab.js';

const place = usePlace();

function has(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
}

/** Puts `lab` into PATH. */
function installLab(): void {
  place().program('lab', `exec '${process.execPath}' '${join(packageFolder(), 'bin/run.js')}' "$@"`);
}

/** A record of the lab, as if it were up, and of a run. */
function pretendUp(lab: string, instance?: string): void {
  const { lab: resolved, file } = readLab(join(packageFolder(), 'labs', lab));
  const id = `${lab}${instance === undefined ? '' : `.${instance}`}-12345678`;
  const folder = join(place().state, 'sriov-lab/labs', id);
  mkdirSync(join(folder, 'results'), { recursive: true });
  writeFileSync(join(folder, 'state.json'), JSON.stringify(record(resolved, { id, definition: file })));
  writeFileSync(join(folder, 'results', `${lab}-20260102-030405-678.json`), '{}');
}

/** What bash offers for the last of the words. */
async function inBash(...words: string[]): Promise<string[]> {
  installLab();
  return askBash([], words);
}

/** The same; `before`: what else is in one's .bashrc. */
async function askBash(before: readonly string[], words: readonly string[]): Promise<string[]> {
  const script = [
    ...before,
    '. <(lab completion bash)',
    'COMP_WORDS=(lab "$@") COMP_CWORD=$#',
    '_lab',
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n');
  const outcome = await place().run(['bash', '-c', script, 'bash', ...words]).outcome;
  expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
  return outcome.stdout.split('\n').filter((word) => word !== '');
}

describe('completion in bash', () => {
  it('offers commands, those below them, and their other names', async () => {
    expect(await inBash('st')).toEqual(['stop', 'status']);
    expect(await inBash('image', '')).toEqual(['build', 'list', 'load', 'prune', 'show', 'verify']);
    expect(await inBash('results', 's')).toEqual(['show']);
    expect(await inBash('help', 'image', 'b')).toEqual(['build']);
    expect(await inBash('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('offers the flags of a command, and their values', async () => {
    expect(await inBash('test', 'quickstart', '--ke')).toEqual(['--kernel', '--keep']);
    expect(await inBash('up', '--accel', '')).toEqual(['auto', 'kvm', 'tcg']);
    expect(await inBash('up', '--accel', '=', 'k')).toEqual(['kvm']);
    expect(await inBash('up', '--accel', '=')).toEqual(['auto', 'kvm', 'tcg']);
  });

  it('offers the labs that there are: shipped ones, and folders here', async () => {
    place().write('quiet/lab.yaml', 'machines: { guest: {} }\n');
    mkdirSync(join(place().folder, 'quince'));
    expect(await inBash('up', 'qui')).toEqual(['quickstart', 'quiet']);
    expect(await inBash('validate', 'quickstart', 'qui')).toEqual(['quickstart', 'quiet']);
    expect(await inBash('test', '--check', 'traffic', 'refused/p')).toEqual([
      'refused/pf-first',
      'refused/pf-on-another-bus',
    ]);
  });

  it('offers the checks of the lab that is named', async () => {
    expect(await inBash('test', 'quickstart', '--check', 't')).toEqual(['traffic']);
    expect(await inBash('test', 'nowhere', '--check', '')).toEqual([]);
    expect(await inBash('test', '--check', '')).toEqual([]);
  });

  it('offers the labs that are up, their machines and peers, and their runs', async () => {
    expect(await inBash('down', '')).toEqual([]);
    pretendUp('vdpa');
    expect(await inBash('down', '')).toEqual(['vdpa']);
    for (const command of ['pause', 'resume', 'restart']) expect(await inBash(command, '')).toEqual(['vdpa']);
    expect(await inBash('restart', 'vdpa', 'server.')).toEqual(['server.guest']);
    expect(await inBash('ps', 'v')).toEqual(['vdpa']);
    expect(await inBash('exec', 'vdpa', 'server')).toEqual(['server', 'server.guest']);
    expect(await inBash('console', 'vdpa', 'server.')).toEqual(['server.guest']);
    expect(await inBash('exec', 'vdpa', 'server', '')).toEqual(['--']);
    expect(await inBash('exec', 'vdpa', 'server', '--', 'l')).toEqual([]);
    expect(await inBash('results', 'show', '')).toEqual(['vdpa-20260102-030405-678']);
    expect(await inBash('report', 'vdpa-20260102-030405-678', '-o', 'x.html', 'vd')).toEqual([
      'vdpa-20260102-030405-678',
    ]);
    expect(await inBash('results', 'v')).toEqual(['vdpa']);
  });

  it('offers the instances of a lab that are up', async () => {
    pretendUp('vdpa');
    pretendUp('vdpa', 'two');
    expect(await inBash('exec', 'vdpa', '--instance', '')).toEqual(['two']);
    expect(await inBash('exec', 'vdpa', '--instance', 'two', 'server.')).toEqual(['server.guest']);
    expect(await inBash('down', 'vd')).toEqual(['vdpa']);
  });

  it('offers images, and those of a lab', async () => {
    expect(await inBash('image', 'show', 'deb')).toEqual(['debian-13']);
    expect(await inBash('image', 'show', '--lab', 'quickstart', '')).toEqual(['micro']);
  });

  it('does so for an alias too', async () => {
    const alias = `alias lab="'${process.execPath}' '${join(packageFolder(), 'bin/run.js')}'"`;
    expect(await askBash(['shopt -s expand_aliases', alias], ['up', 'quick'])).toEqual(['quickstart']);
  });

  it('offers nothing where a file may follow, so that the shell does', async () => {
    expect(await inBash('up', 'quickstart', '--kernel', '')).toEqual([]);
    expect(await inBash('graph', 'quickstart', '-o', '')).toEqual([]);
    expect(await inBash('frobnicate', '')).toEqual([]);
  });
});

describe('lab completion', () => {
  it.each(['bash', 'zsh', 'fish'].filter(has))('prints a script that %s can read', async (shell) => {
    const { stdout, exitCode } = await place().lab('completion', shell);
    expect(exitCode).toBe(0);
    const file = place().write('script', stdout);
    expect(await place().run([shell, '-n', file]).outcome).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('--json has the script, and another shell is refused', async () => {
    const { stdout } = await place().lab('completion', 'zsh');
    expect(jsonOf(await place().lab('completion', 'zsh', '--json'))).toEqual({
      shell: 'zsh',
      script: stdout,
    });
    const outcome = await place().lab('completion', 'powershell');
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain('bash, zsh, fish');
  });

  it.runIf(has('zsh'))('in zsh offers what there is, with what it means', async () => {
    installLab();
    const script = [
      'autoload -U compinit && compinit -u -D',
      '. <(lab completion zsh)',
      // What the completion system is given.
      '_describe() { printf "%s\\n" "${(@P)2}" }; _files() { echo files }',
      'words=(lab up --acc) CURRENT=3; _lab',
      'words=(lab up quick) CURRENT=3; _lab',
      'words=(lab up --kernel "") CURRENT=4; _lab',
    ].join('\n');
    const outcome = await place().run(['zsh', '-f', '-c', script]).outcome;
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect(outcome.stdout).toBe(
      '--accel:auto: KVM if a guest really runs under it, otherwise TCG (software emulation)\nquickstart:\nfiles\n',
    );
  });

  it.runIf(has('fish'))('in fish offers what there is, with what it means, and files', async () => {
    installLab();
    place().write('bzImage', '');
    const script =
      'lab completion fish | source; complete -C "lab up quick"; complete -C "lab up --kernel bz"';
    const outcome = await place().run(['fish', '--no-config', '-c', script]).outcome;
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect(outcome.stdout).toMatch(/^quickstart\t?\nbzImage\b.*\n$/);
  });
});
