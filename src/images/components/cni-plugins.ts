import type { Component } from './component.js';
import { goRecipe } from './go-programs.js';

const MODULE = 'github.com/containernetworking/plugins';
const PINNED = '1.9.1';
const PLUGINS = [
  'ipam/host-local',
  'ipam/static',
  'main/bridge',
  'main/host-device',
  'main/loopback',
  'meta/tuning',
];

const recipe = goRecipe({
  module: 'cni-plugins',
  packages: PLUGINS.map((plugin) => `${MODULE}/plugins/${plugin}`),
  versionVariable: `${MODULE}/pkg/utils/buildversion.BuildVersion`,
  versioned: { module: MODULE, pinned: PINNED },
});

/** The unmodified plugins of containernetworking; host-device gives a VF to a container. */
export const cniPlugins: Component = {
  name: 'cni-plugins',
  summary: 'the CNI plugins host-device, host-local, static, bridge, loopback and tuning, in /opt/cni/bin',
  version: PINNED,
  families: { debian: recipe, rhel: recipe },
  verify: `
for plugin in host-local static bridge host-device loopback tuning; do
    echo '{"cniVersion":"1.0.0"}' | CNI_COMMAND=VERSION /opt/cni/bin/"$plugin" | grep -q '"1.0.0"'
done
CNI_COMMAND='' /opt/cni/bin/host-device 2>&1 </dev/null | head -n 1
`,
};
