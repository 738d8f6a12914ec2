import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CheckScript, CheckTarget, ScriptOutput } from '../../src/checks/check.js';
import { runPeerScript } from '../../src/checks/peer-script.js';
import { findCheck } from '../../src/checks/runs.js';
import { run } from '../../src/process/run.js';

/** What a script finds in its folder: a kubectl that answers by this shell code, and programs that are found before all others. */
interface Around {
  /** `$*` are the arguments without --kubeconfig. */
  readonly kubectl?: string;
  readonly programs?: Readonly<Record<string, string>>;
}

/** Runs a rendered script in a folder of its own. */
export async function runIn(
  folder: string,
  script: CheckScript,
  { kubectl = '', programs = {} }: Around,
): Promise<ScriptOutput> {
  const put = (path: string, content: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
    chmodSync(join(folder, path), 0o755);
  };
  put(script.path, script.content);
  put('kubernetes/bin/kubectl', `#!/bin/sh\nset -u\nshift 2\necho "$*" >>calls\n${kubectl}\n`);
  for (const [program, code] of Object.entries(programs)) put(`bin/${program}`, `#!/bin/sh\n${code}\n`);
  const host = {
    description: 'a folder',
    putFile: async () => Promise.resolve(),
    run: async (argv: readonly [string, ...string[]]) =>
      run(argv, { cwd: folder, env: { PATH: `${join(folder, 'bin')}:${String(process.env['PATH'])}` } }),
  };
  const signal = new AbortController().signal;
  return runPeerScript(host, script.path, { limitMs: 10_000, signal, onLine: () => undefined });
}

/** Runs a script of a check in a folder of its own. `answers`, `also`: see Around. */
export async function runScript(
  folder: string,
  target: CheckTarget,
  name: string,
  answers: string,
  also: Readonly<Record<string, string>> = {},
): Promise<ScriptOutput> {
  const script = findCheck(target.request.check)
    .scripts(target, 'kvm')
    .find(({ path }) => path.endsWith(`/${name}`));
  if (script === undefined) throw new Error(`no script ${name}`);
  return runIn(folder, script, { kubectl: answers, programs: also });
}

/** The titles of what failed. */
export function failedOf({ assertions }: ScriptOutput): string[] {
  return assertions.flatMap(({ ok, title }) => (ok ? [] : [title]));
}
