import { chmodSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { silentTask } from '../../../../src/model/task.js';
import { givenPrograms } from '../../../../src/toolchain/kubernetes/given-programs.js';
import {
  controlPlaneDigest,
  kubernetesPrograms,
  nodeDigest,
} from '../../../../src/toolchain/kubernetes/programs.js';
import { environmentIn } from '../../../support/environment.js';
import { useFakeGo } from '../../../support/fake-go.js';
import { useScratch } from '../../../support/scratch.js';

const scratch = useScratch();

const all = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl', 'kubelet'];

function folderWith(names: readonly string[], kubelet = 'echo Kubernetes v1.35.4'): string {
  const folder = join(scratch(), 'mine');
  mkdirSync(folder, { recursive: true });
  for (const name of names) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${kubelet}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

it('builds nothing of Kubernetes', async () => {
  const go = useFakeGo(scratch(), 'go1.26.8');
  const folder = folderWith(all);
  const given = await givenPrograms(folder, silentTask());
  const programs = await kubernetesPrograms(
    { environment: environmentIn(scratch()), version: '1.37.2', given },
    silentTask(),
  );
  expect(programs.version).toBe('1.35.4');
  expect(readlinkSync(join(programs.folder, 'kube-apiserver'))).toBe(join(folder, 'kube-apiserver'));
  expect(readdirSync(programs.folder)).toContain('vf-dra');
  expect(go.calls().filter((call) => call.includes('./kube'))).toEqual([]);
});

it('names what is missing', async () => {
  const folder = folderWith(all.filter((name) => name !== 'etcd'));
  chmodSync(join(folder, 'kubectl'), 0o644);
  await expect(givenPrograms(folder, silentTask())).rejects.toMatchObject({
    problems: [
      expect.objectContaining({
        code: 'LAB-TOOLCHAIN-KUBERNETES-PROGRAMS',
        message: `${folder} lacks etcd, kubectl`,
      }),
    ],
  });
});

it('refuses a kubelet that does not say its version', async () => {
  const folder = folderWith(all, 'exit 1');
  await expect(givenPrograms(folder, silentTask())).rejects.toMatchObject({
    problems: [expect.objectContaining({ message: `${join(folder, 'kubelet')} does not say its version` })],
  });
});

it('makes another image of another control plane, whatever its kubelet', async () => {
  const folder = folderWith(all);
  const one = await givenPrograms(folder, silentTask());
  writeFileSync(join(folder, 'kube-scheduler'), '#!/bin/sh\n: another\n');
  const other = await givenPrograms(folder, silentTask());
  expect(other.kubelet).toBe(one.kubelet);
  const digests = [
    controlPlaneDigest('1.37.2', undefined),
    ...[one, other].map((of) => controlPlaneDigest('1.37.2', of)),
  ];
  expect(new Set(digests).size).toBe(3);
  expect(controlPlaneDigest('1.36.0', { ...one, kubelet: 'another' })).toBe(
    controlPlaneDigest('1.37.2', one),
  );
});

it('makes another image of another kubelet, and of another version', async () => {
  const one = await givenPrograms(folderWith(all), silentTask());
  const other = await givenPrograms(folderWith(all, 'echo Kubernetes v1.35.5'), silentTask());
  const digests = [
    nodeDigest('1.37.2', undefined),
    nodeDigest('1.37.1', undefined),
    nodeDigest('1.37.2', one),
    nodeDigest('1.37.2', other),
  ];
  expect(new Set(digests).size).toBe(4);
  expect(nodeDigest('1.37.2', one)).toBe(nodeDigest('1.36.0', { ...one, folder: '/elsewhere' }));
});
