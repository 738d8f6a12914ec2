import { execa } from 'execa';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderLab } from '../../../src/lab/artefacts.js';
import { writeArtefacts } from '../../../src/lab/write-artefacts.js';
import type { Lab } from '../../../src/model/lab.js';

const STUBS = ['ip', 'unshare', 'nsenter', 'mount', 'mkdir', 'bridge', 'tc', 'qemu'];

/** Logs its arguments and what it reads, each ended by NUL, and does nothing; but folders are made. */
function stub(name: string, log: string): string {
  const effect = name === 'mkdir' ? 'exec /bin/mkdir "$@"' : 'exit 0';
  const input = name === 'ip' ? 'if [ "$1" = -batch ]; then cat >> "$log"; fi\n' : '';
  return `#!/bin/sh\nlog='${log}'\nprintf '%s\\0' ${name} "$@" >> "$log.${name}"\nlog="$log.${name}"\n${input}${effect}\n`;
}

/** What the rendered files of a lab did. */
export interface Ran {
  /** By program: every word that it was given, and what it read. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  /** What the shell said of scripts that it cannot parse. */
  readonly unparsed: readonly string[];
}

/** Renders a lab into `folder`, parses every script, and runs `run.sh` with nothing but stubs for what it calls. */
export async function runRendered(lab: Lab, folder: string): Promise<Ran> {
  const [rendered, bin, log] = ['rendered', 'bin', 'log'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  rmSync(rendered, { recursive: true, force: true });
  mkdirSync(bin, { recursive: true });
  for (const name of STUBS) {
    writeFileSync(join(bin, name), stub(name, log));
    chmodSync(join(bin, name), 0o755);
    rmSync(`${log}.${name}`, { force: true });
  }
  const artefacts = renderLab(lab, { vhostNet: false, accelerator: 'tcg', acceleratorInside: 'tcg' });
  writeArtefacts(rendered, artefacts);
  const scripts = artefacts.filter(({ executable }) => executable).map(({ path }) => path);
  const options = {
    cwd: rendered,
    reject: false,
    env: { PATH: `${bin}:/usr/bin:/bin`, QEMU: join(bin, 'qemu') },
    extendEnv: false,
  };
  // One shell for all: it stops at none of them.
  const { stderr: unparsed } = await execa(
    'sh',
    ['-c', 'for script; do sh -n "$script"; done', 'sh', ...scripts],
    options,
  );
  const { exitCode, stderr } = await execa('./run.sh', ['--inside'], options);
  if (exitCode !== 0) throw new Error(`run.sh ended with ${String(exitCode)}: ${stderr}`);
  const words = STUBS.filter((name) => existsSync(`${log}.${name}`)).map(
    (name) => [name, readFileSync(`${log}.${name}`, 'utf8').split('\0')] as const,
  );
  return { words: Object.fromEntries(words), unparsed: unparsed === '' ? [] : unparsed.split('\n') };
}
