import { mkdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { controlPlane } from '../../../src/images/components/control-plane.js';
import { resolveComponent } from '../../../src/images/components/resolve.js';
import type { ArtefactBuild } from '../../../src/images/components/component.js';
import { silentTask } from '../../../src/model/task.js';
import type { GivenPrograms } from '../../../src/toolchain/kubernetes/given-programs.js';
import {
  controlPlanePrograms,
  kubernetesProgramNames,
} from '../../../src/toolchain/kubernetes/program-names.js';
import { environmentIn } from '../../support/environment.js';
import { useFakeGo } from '../../support/fake-go.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
let mine: string;
let root: string;

beforeEach(() => {
  // Of lab's own programs only those of a node are built.
  useFakeGo(scratch(), 'go1.26.8');
  mine = join(scratch(), 'mine');
  root = join(scratch(), 'root');
  mkdirSync(mine);
  mkdirSync(join(scratch(), 'tree/usr/bin'), { recursive: true });
  writeFileSync(join(scratch(), 'tree/usr/bin/busybox'), 'busybox');
});

function given(controlPlaneDigest = 'digest'): GivenPrograms {
  return { folder: mine, version: '1.37.2', kubelet: 'kubelet', controlPlane: controlPlaneDigest };
}

async function install(): Promise<void> {
  const build = {
    version: '1.37.2',
    root,
    environment: environmentIn(scratch()),
    toolchain: { tree: join(scratch(), 'tree'), kubernetes: given() },
  } as unknown as ArtefactBuild;
  await controlPlane.families.debian.build?.(build, silentTask());
}

const content = (name: string): string => readFileSync(join(root, 'usr/bin', name), 'utf8');
const isExecutable = (path: string): boolean => (statSync(join(root, path)).mode & 0o777) === 0o755;

it('puts programs of their own into the image as they are', async () => {
  for (const name of kubernetesProgramNames) writeFileSync(join(mine, name), name, { mode: 0o700 });
  await install();
  expect(controlPlanePrograms.map(content)).toEqual(controlPlanePrograms);
  expect([content('busybox'), isExecutable('usr/bin/busybox'), isExecutable('usr/bin/etcd')]).toEqual([
    'busybox',
    true,
    true,
  ]);
});

it('puts one program that is several into the image once', async () => {
  writeFileSync(join(mine, 'kube'), 'all of them');
  writeFileSync(join(mine, 'kubelet'), 'kubelet');
  writeFileSync(join(mine, 'kubectl'), 'kubectl');
  for (const name of controlPlanePrograms) if (name !== 'kubectl') symlinkSync('kube', join(mine, name));
  await install();
  for (const name of controlPlanePrograms)
    expect([name, content(name)]).toEqual([name, name === 'kubectl' ? 'kubectl' : 'all of them']);
  expect(readlinkSync(join(root, 'usr/bin/etcd'))).toBe('../libexec/sriov-lab/kube');
  expect(isExecutable('usr/libexec/sriov-lab/kube')).toBe(true);
});

it('makes another image of other programs, and of another version', () => {
  const digestOf = (version: string | null, kubernetes?: GivenPrograms): string =>
    resolveComponent(
      { component: 'control-plane', version },
      'debian',
      kubernetes === undefined ? {} : { kubernetes },
    ).digest;
  const all = [
    digestOf(null),
    digestOf('1.36.0'),
    digestOf(null, given('one')),
    digestOf(null, given('two')),
  ];
  expect(new Set(all).size).toBe(4);
  expect(digestOf(null)).toBe(digestOf('1.37.2'));
});
