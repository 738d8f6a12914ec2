import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { silentProgress } from '../../../../src/model/progress.js';
import { silentTask, taskWith } from '../../../../src/model/task.js';
import { kubernetesFolder, workFolder } from '../../../../src/toolchain/kubernetes/folder.js';
import { haveKubernetesPrograms, kubernetesPrograms } from '../../../../src/toolchain/kubernetes/programs.js';
import { openWorkSpace } from '../../../../src/toolchain/kubernetes/work-space.js';
import { environmentIn } from '../../../support/environment.js';
import { tidiedGoMod, useFakeGo } from '../../../support/fake-go.js';
import { useScratch } from '../../../support/scratch.js';

const scratch = useScratch();

const names = [
  ...['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl', 'kubelet'],
  ...['vf-attach', 'vf-device-plugin', 'vf-dra'],
].sort();

function options(version = '1.37.2') {
  return { environment: environmentIn(scratch()), version };
}

function builds(calls: readonly string[]): string[] {
  return calls.filter((call) => /^\S+ build /.test(call));
}

it('builds all programs once, and has nothing left of what they were built with', async () => {
  const go = useFakeGo(scratch(), 'go1.26.8');
  expect(haveKubernetesPrograms(options())).toBe(false);
  const { folder, version } = await kubernetesPrograms(options(), silentTask());
  expect(version).toBe('1.37.2');
  expect(haveKubernetesPrograms(options())).toBe(true);
  expect(haveKubernetesPrograms(options('1.36.1'))).toBe(false);
  expect(readdirSync(folder).sort()).toEqual(names);
  expect(execFileSync(join(folder, 'kubectl'), { encoding: 'utf8' })).toContain('./kube');
  expect(existsSync(workFolder(options().environment))).toBe(false);
  const [node = '', kubernetes = ''] = builds(go.calls());
  expect(node).toContain('./vf-attach ./vf-device-plugin ./vf-dra');
  expect(kubernetes).toContain('-X k8s.io/component-base/version.gitVersion=v1.37.2');
  expect(kubernetes).toMatch(/^local build .*\.\/kube \.\/kubelet$/);

  const before = go.calls().length;
  expect((await kubernetesPrograms(options(), silentTask())).folder).toBe(folder);
  expect(go.calls()).toHaveLength(before);
});

it('keeps what is compiled when a build fails, and continues with that', async () => {
  const go = useFakeGo(scratch(), 'go1.26.8');
  const { environment } = options();
  const seen: string[] = [];
  const progress = {
    ...silentProgress,
    step: () => ({ ...silentProgress.step(''), update: (text: string) => seen.push(text) }),
  };
  go.failBuilds('go: example.org/module@v1.0.0: Get "https://proxy.golang.org/": connection refused');
  await expect(
    kubernetesPrograms(options(), taskWith(progress, new AbortController().signal)),
  ).rejects.toMatchObject({ problems: [expect.objectContaining({ code: 'LAB-TOOLCHAIN-GO' })] });
  expect(seen).toContain('2 of 3 packages: two');
  const compiled = join(workFolder(environment), 'go-home/build.txt');
  expect(readFileSync(compiled, 'utf8')).toBe('compiled\n');
  expect(readdirSync(kubernetesFolder(environment)).filter((name) => name.startsWith('.building'))).toEqual(
    [],
  );

  go.succeed();
  writeFileSync(compiled, 'still there\n', { flag: 'a' });
  await kubernetesPrograms(options(), silentTask());
  expect(existsSync(compiled)).toBe(false);
});

it('leaves alone what a build of another version left', async () => {
  const go = useFakeGo(scratch(), 'go1.26.8');
  await kubernetesPrograms(options(), silentTask());
  go.failBuilds('no route to host');
  await kubernetesPrograms(options('1.36.1'), silentTask()).catch(() => undefined);
  await kubernetesPrograms(options(), silentTask());
  expect(existsSync(workFolder(options().environment))).toBe(true);
});

it('does not begin on a disk that is too small', async () => {
  const space = { key: 'a', bytes: 1e18, purpose: 'building Kubernetes' };
  await expect(openWorkSpace(options().environment, space)).rejects.toMatchObject({
    problems: [
      expect.objectContaining({
        code: 'LAB-ENV-DISK-SPACE',
        message: expect.stringMatching(
          /^building Kubernetes needs 1000000000.0 GB for a while, and .* has [\d.]+ GB$/,
        ) as string,
      }),
    ],
  });
});

it('has an older Go fetch the one that this Kubernetes wants', async () => {
  const go = useFakeGo(scratch(), 'go1.24.4');
  await kubernetesPrograms(options(), silentTask());
  expect(builds(go.calls()).every((call) => call.startsWith('go1.26.0 build'))).toBe(true);
});

it('writes the go.mod for another version, and asks for what that wants', async () => {
  const go = useFakeGo(scratch(), 'go1.24.4');
  const { version } = await kubernetesPrograms(options('1.34.3'), silentTask());
  expect(version).toBe('1.34.3');
  expect(tidiedGoMod(scratch()).split('\n')).toEqual([
    'module sriov-lab/kubernetes',
    'go 1.25.0',
    'godebug default=go1.25',
    'require k8s.io/kubernetes v1.34.3',
    'replace k8s.io/api => k8s.io/api v0.34.3',
    'replace k8s.io/kubelet => k8s.io/kubelet v0.34.3',
    '',
  ]);
  expect(builds(go.calls())[1]).toMatch(/^go1\.25\.0 build .*gitVersion=v1\.34\.3 .*gitMinor=34 /);
});

it('says that a version is not served', async () => {
  useFakeGo(scratch(), 'go1.26.8');
  await expect(kubernetesPrograms(options('1.99.0'), silentTask())).rejects.toMatchObject({
    problems: [
      expect.objectContaining({
        code: 'LAB-TOOLCHAIN-KUBERNETES-VERSION',
        message: 'the Go module proxy does not serve Kubernetes 1.99.0',
      }),
    ],
  });
});

it('says that the disk became full', async () => {
  const go = useFakeGo(scratch(), 'go1.26.8');
  go.failBuilds('write /cache/x: no space left on device');
  await expect(kubernetesPrograms(options(), silentTask())).rejects.toMatchObject({
    problems: [expect.objectContaining({ code: 'LAB-ENV-DISK-FULL' })],
  });
});
