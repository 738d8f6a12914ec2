import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findComponent } from '../../src/images/components/catalog.js';
import { resolveComponent } from '../../src/images/components/resolve.js';
import { debianLayerScript } from '../../src/images/debian/layer.js';
import { diskInit } from '../../src/images/disk-boot.js';
import { componentNames } from '../../src/images/names.js';
import { finishScript } from '../../src/images/rhel/customize-files.js';
import { shippedFile } from '../../src/model/folders.js';

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

test('shellcheck finds a value that is not quoted', () => {
  expect(() => {
    shellcheck('echo $1');
  }).toThrow('Command failed: shellcheck');
});
