import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_KUBERNETES_VERSION } from '../../../src/definition/defaults.js';
import { findComponent } from '../../../src/images/components/catalog.js';
import { resolveComponent } from '../../../src/images/components/resolve.js';
import { debianLayerScript } from '../../../src/images/debian/layer.js';
import { componentNames, componentVersions } from '../../../src/images/names.js';
import { shippedFile } from '../../../src/model/folders.js';

const components = componentNames.map(findComponent);

describe.each(components)('component $name', (component) => {
  it('has its files', () => {
    for (const { source, target } of Object.values(component.families).flatMap(({ files }) => files ?? [])) {
      expect(existsSync(shippedFile(`images/components/files/${source}`)), source).toBe(true);
      expect(target).toMatch(/^\//);
    }
  });

  it('says its pinned version if it is one whose version can be chosen, and only then', () => {
    expect(component.version !== undefined).toBe(Object.hasOwn(componentVersions, component.name));
  });
});

it('has Kubernetes in the version that a cluster has by default', () => {
  expect(findComponent('kubernetes').version).toBe(DEFAULT_KUBERNETES_VERSION);
});

describe('debianLayerScript', () => {
  const script = debianLayerScript(
    componentNames.map((component) => resolveComponent({ component, version: null }, 'debian')),
    ['Acquire::http::Proxy "http://proxy:3128";'],
  );

  it('installs the packages of all components at once, and nothing is started meanwhile', () => {
    expect(script.match(/apt-get .* install /g)).toHaveLength(1);
    expect(script).toMatch(/install containerd .*qemu-guest-agent/);
    expect(script).toContain('exit 101');
  });

  it('passes on the proxy for the time of the build alone', () => {
    expect(script).toMatch(/Proxy "http:\/\/proxy:3128"/);
    expect(script).toMatch(/rm -rf .*90lab-build/);
  });
});
