import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shippedFile } from '../../model/folders.js';
import { findGo, runGo } from '../../toolchain/go.js';
import type { ArtefactBuild, Component } from './component.js';

const MODULE = 'github.com/containernetworking/plugins';
/** The version that go.sum vouches for: what the module proxy sends is checked without asking anyone. */
const PINNED = '1.9.1';
const FOLDER = '/opt/cni/bin';
const PLUGINS = [
  'ipam/host-local',
  'ipam/static',
  'main/bridge',
  'main/host-device',
  'main/loopback',
  'meta/tuning',
];
const MODULE_FILES = ['go.mod', 'go.sum', 'plugins.go'];

function moduleFile(name: string): string {
  return shippedFile(`images/components/files/cni-plugins/${name}`);
}

/** Another version than the pinned one is checked with Go's checksum database. */
async function chooseVersion(go: string, module: string, build: ArtefactBuild): Promise<void> {
  if (build.version === PINNED) return;
  await runGo(go, ['get', `${MODULE}@v${build.version}`], module, build);
  await runGo(go, ['mod', 'tidy'], module, build);
}

async function buildPlugins(build: ArtefactBuild): Promise<void> {
  const module = join(build.scratch, 'module');
  const target = join(build.root, FOLDER);
  mkdirSync(module);
  mkdirSync(target, { recursive: true });
  for (const name of MODULE_FILES) cpSync(moduleFile(name), join(module, name));
  const go = await findGo(build);
  await chooseVersion(go, module, build);
  build.onDetail(`building the CNI plugins ${build.version}`);
  const packages = PLUGINS.map((plugin) => `${MODULE}/plugins/${plugin}`);
  const version = `-X ${MODULE}/pkg/utils/buildversion.BuildVersion=v${build.version}`;
  await runGo(
    go,
    ['build', '-trimpath', `-ldflags=-s -w ${version}`, '-o', `${target}/`, ...packages],
    module,
    build,
  );
}

/** The unmodified plugins of containernetworking; host-device gives a VF to a container. */
export const cniPlugins: Component = {
  name: 'cni-plugins',
  summary: 'the CNI plugins host-device, host-local, static, bridge, loopback and tuning, in /opt/cni/bin',
  version: PINNED,
  families: { debian: { packages: [] } },
  build: buildPlugins,
  buildInputs: () =>
    [...PLUGINS, ...MODULE_FILES.map((name) => readFileSync(moduleFile(name), 'utf8'))].join('\n'),
  verify: `
for plugin in host-local static bridge host-device loopback tuning; do
    echo '{"cniVersion":"1.0.0"}' | CNI_COMMAND=VERSION /opt/cni/bin/"$plugin" | grep -q '"1.0.0"'
done
CNI_COMMAND='' /opt/cni/bin/host-device 2>&1 </dev/null | head -n 1
`,
};
