import type { Component } from './component.js';
import { goRecipe } from './go-programs.js';

/** Its name before the project moved to k8snetworkplumbingwg; the sources of this version import each other by it. */
const MODULE = 'github.com/intel/sriov-cni';
const PINNED = '2.1.0';

const recipe = goRecipe({
  module: 'sriov-cni',
  packages: [`${MODULE}/cmd/sriov`, './sriov-virtio'],
  versioned: { module: MODULE, pinned: PINNED },
});

/** SR-IOV CNI as it is, and the program of lab's that lets it find virtio VFs. Its addresses come from the IPAM plugins of cni-plugins. */
export const sriovCni: Component = {
  name: 'sriov-cni',
  summary: 'SR-IOV CNI, in /opt/cni/bin: sriov, unmodified, and sriov-virtio, which runs it for virtio VFs',
  version: PINNED,
  families: { debian: recipe, rhel: recipe },
  verify: `
for plugin in sriov sriov-virtio; do
    echo '{"cniVersion":"0.3.1"}' | CNI_COMMAND=VERSION /opt/cni/bin/"$plugin" | grep -q '"0.3.1"'
done
grep -aom 1 'sriov-cni.v[0-9.]*' /opt/cni/bin/sriov | tr '\\t' ' '
`,
};
