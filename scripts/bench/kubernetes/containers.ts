import { inNode, type NodeWithVfs, type VfTimes } from './node.js';

const MS_PER_S = 1000;

/** As vf-attach writes it. */
function vfConfiguration({ pool, vf }: NodeWithVfs): string {
  const { subnet, addresses, plugin } = pool;
  return JSON.stringify({
    cniVersion: '0.3.1',
    name: 'bench-vf',
    type: plugin,
    deviceID: vf.bdf,
    pciBusID: vf.bdf,
    ipam: {
      type: 'host-local',
      ranges: [[{ subnet, rangeStart: addresses.first, rangeEnd: addresses.last }]],
    },
  });
}

/** As node.sh writes it. */
function podNetworkConfiguration({ pods, mtu }: NodeWithVfs): string {
  return JSON.stringify({
    cniVersion: '1.0.0',
    name: 'bench-pods',
    type: 'bridge',
    bridge: 'cni0',
    isGateway: true,
    mtu,
    ipam: { type: 'host-local', ranges: [[{ subnet: pods }]], routes: [{ dst: '0.0.0.0/0' }] },
  });
}

/**
 * What containerd and the kubelet do for a pod, by hand: a network namespace, the same CNI plugins, a container of the same image. Prints
 * for each container the milliseconds until its network, until it runs, and from its end until its VF is back.
 */
function script(node: NodeWithVfs, count: number): string {
  return `
folder=/run/lab/bench-cni
mkdir -p "$folder"
cat >"$folder/bridge" <<'END'
${podNetworkConfiguration(node)}
END
cat >"$folder/${node.pool.plugin}" <<'END'
${vfConfiguration(node)}
END
# cni COMMAND PLUGIN INTERFACE
cni() {
    CNI_COMMAND=$1 CNI_IFNAME=$3 CNI_CONTAINERID=bench CNI_NETNS=/run/netns/bench CNI_PATH=/opt/cni/bin \\
        "/opt/cni/bin/$2" <"$folder/$2" >"$folder/said" || { cat "$folder/said" >&2; exit 1; }
}
now_ms() {
    read -r uptime _ </proc/uptime
    echo "\${uptime%.*}\${uptime#*.}0"
}
ctr -n bench images import /usr/share/sriov-lab/busybox.tar >/dev/null
for container in $(seq ${count}); do
    began=$(now_ms)
    ip netns add bench
    cni ADD bridge eth0
    cni ADD ${node.pool.plugin} net1
    network=$(now_ms)
    ctr -n bench run -d --with-ns network:/run/netns/bench docker.io/lab/busybox:1 bench /bin/sh -c 'sleep 1000000'
    runs=$(now_ms)
    ctr -n bench task rm -f bench >/dev/null
    cni DEL ${node.pool.plugin} net1
    ${node.untilHome}
    back=$(now_ms)
    cni DEL bridge eth0
    ctr -n bench container rm bench
    ip netns delete bench
    echo "$((network - began)) $((runs - began)) $((back - runs))"
done
ctr -n bench images rm docker.io/lab/busybox:1 >/dev/null
rm -r "$folder"`;
}

/** Containers with a VF, one after the other, in a node whose kubelet does not run. */
export async function containerTimes(node: NodeWithVfs, count: number): Promise<VfTimes[]> {
  const printed = await inNode(node, script(node, count));
  return printed
    .trim()
    .split('\n')
    .map((line) => {
      const [network = NaN, runs = NaN, back = NaN] = line.split(' ').map((ms) => Number(ms) / MS_PER_S);
      return { network, runs, back };
    });
}
