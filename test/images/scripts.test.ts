import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findComponent } from '../../src/images/components/catalog.js';
import { resolveComponent } from '../../src/images/components/resolve.js';
import { debianLayerScript } from '../../src/images/debian/layer.js';
import { diskInit } from '../../src/images/disk-boot.js';
import { componentNames } from '../../src/images/names.js';
import { finishScript } from '../../src/images/rhel/customize-files.js';
import { renderLab } from '../../src/lab/artefacts.js';
import { shippedFile } from '../../src/model/folders.js';
import type { Kubernetes } from '../../src/model/kubernetes.js';
import { kubernetes, labWithCluster } from '../support/cluster.js';

function shellcheck(script: string): void {
  execFileSync('shellcheck', ['--shell=sh', '-'], { input: script, encoding: 'utf8' });
}

const forDebian = componentNames.map((component) => resolveComponent({ component, version: null }, 'debian'));
const forRhel = componentNames.map((component) => resolveComponent({ component, version: null }, 'rhel'));

test.each(componentNames)('shellcheck finds nothing in the script that verifies %s', (name) => {
  shellcheck(findComponent(name).verify);
});

test('shellcheck finds nothing in the script of a layer for Debian', () => {
  shellcheck(debianLayerScript(forDebian, ['Acquire::http::Proxy "http://proxy:3128";']));
});

test('shellcheck finds nothing in the scripts of a layer for Rocky Linux, whatever they are made of', () => {
  shellcheck(finishScript(forRhel, [{ path: "/opt/it's here", sha256: 'a'.repeat(64) }]));
  shellcheck(finishScript([], []));
  for (const name of ['files.sh', 'base-system.sh'])
    shellcheck(readFileSync(shippedFile(`images/rhel/files/${name}`), 'utf8'));
  shellcheck(diskInit({ device: '/dev/vda3', fileSystem: 'xfs', mountOptions: 'noatime' }));
});

test.each<[string, Partial<Kubernetes>, string | undefined]>([
  ['with a device plugin', {}, undefined],
  ['whose PF names its VFs', {}, 'igb'],
  ['with a DRA driver', { vfs: 'dra' }, undefined],
  ['that leaves VFs to the user', { vfs: 'none' }, undefined],
])('shellcheck finds nothing in the script of a node %s', (_, changes, model) => {
  const facts = { vhostNet: false, accelerator: 'tcg', acceleratorInside: 'tcg' } as const;
  const scripts = renderLab(labWithCluster({ ...kubernetes, ...changes }, model), facts);
  shellcheck(scripts.find(({ path }) => path === 'guest.node.sh')?.content ?? '');
});

test('shellcheck finds a value that is not quoted', () => {
  expect(() => {
    shellcheck('echo $1');
  }).toThrow('Command failed: shellcheck');
});
