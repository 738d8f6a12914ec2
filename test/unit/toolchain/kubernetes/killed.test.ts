import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { packageFolder } from '../../../../src/model/folders.js';
import { silentTask } from '../../../../src/model/task.js';
import { kubernetesFolder, workFolder } from '../../../../src/toolchain/kubernetes/folder.js';
import { kubernetesPrograms } from '../../../../src/toolchain/kubernetes/programs.js';
import { environmentIn } from '../../../support/environment.js';
import { useFakeGo } from '../../../support/fake-go.js';
import { useScratch } from '../../../support/scratch.js';

const scratch = useScratch();

const TIME = { timeout: 60_000, interval: 50 };

const program = `
const [, module, task, options] = process.argv;
const { kubernetesPrograms } = await import(module);
const { silentTask } = await import(task);
await kubernetesPrograms(JSON.parse(options), silentTask());
`;

function runs(pid: number): boolean {
  // A zombie has ended.
  return existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

it('ends with a lab that is killed, and continues in the next one', { timeout: 120_000 }, async () => {
  const go = useFakeGo(scratch(), 'go1.26.8');
  const environment = environmentIn(scratch());
  const options = { environment, version: '1.37.2' };
  go.hang();
  const source = (path: string) => join(packageFolder(), 'src', path);
  const lab = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', '--input-type=module', '--eval', program],
      source('toolchain/kubernetes/programs.ts'),
      source('model/task.ts'),
      JSON.stringify(options),
    ],
    { cwd: packageFolder(), stdio: 'ignore' },
  );
  const building = await vi.waitFor(() => {
    const pid = go.hangingPid();
    if (pid === undefined) throw new Error('it does not build');
    return pid;
  }, TIME);
  lab.kill('SIGKILL');
  await once(lab, 'exit');
  await vi.waitFor(() => {
    expect(runs(building)).toBe(false);
  }, TIME);
  const compiled = join(workFolder(environment), 'go-home/build.txt');
  expect(readFileSync(compiled, 'utf8')).toBe('compiled\n');

  go.succeed();
  const { folder } = await kubernetesPrograms(options, silentTask());
  expect(existsSync(join(folder, 'kubelet'))).toBe(true);
  expect(existsSync(workFolder(environment))).toBe(false);
  expect(readdirSync(kubernetesFolder(environment)).filter((name) => name.startsWith('.'))).toEqual([]);
});
