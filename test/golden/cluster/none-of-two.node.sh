#!/bin/sh
# Makes machine guest a node of the lab's cluster. Runs in the machine, as root:
#   sh /etc/sriov-lab/node.sh         everything; may be repeated
#   sh /etc/sriov-lab/node.sh boot    only what a boot has undone; the unit sriov-lab-node runs it
# Beside this script it needs ca.crt, kubelet.crt, kubelet.key, kubelet.kubeconfig in /etc/kubernetes.
set -eu

# fail CODE MESSAGE HINT: says why it gives up.
fail() {
    printf '%s\n%s\n%s\n' "$1" "$2" "$3" >&2
    exit 1
}

wait_for() {
    tries=400
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.05
    done
}

# find_netdev BDF: sets $netdev to the name of the function's network interface.
find_netdev() {
    for path in "/sys/bus/pci/devices/$1/net"/* "/sys/bus/pci/devices/$1"/virtio*/net/*; do
        [ ! -e "$path" ] || { netdev=${path##*/}; return 0; }
    done
    return 1
}

load_modules() {
    modprobe -a overlay br_netfilter nf_tables nft_chain_nat nft_masq nft_nat || fail LAB-HOST-MODULE \
        'machine guest lacks a kernel module that a node needs' "use the image kubernetes-node, or a kernel with nftables"
    echo 1 >/proc/sys/net/ipv4/ip_forward
}

# The function uplink, by which the node reaches the control plane and the other nodes' pods.
set_uplink() {
    wait_for find_netdev 0000:01:00.0 || fail LAB-HOST-PF 'machine guest has no network interface at 0000:01:00.0 (uplink)' "see the guest's kernel log: dmesg"
    ip link set dev "$netdev" mtu 1500 up
    ip address replace 10.0.0.10/24 dev "$netdev"
    # What goes to a service's address has to have a route before set_nat's rules see it.
    ip route replace 10.96.0.0/16 dev "$netdev"
    ip route replace 10.244.1.0/24 via 10.0.0.11
}

# Pods leave the cluster under the node's address. There is no kube-proxy: of all services only the API server's has an address that works.
set_nat() {
    nft -f - <<'END'
table ip sriov_lab
delete table ip sriov_lab
table ip sriov_lab {
    chain postrouting {
        type nat hook postrouting priority srcnat
        ip saddr 10.244.0.0/24 ip daddr != 10.244.0.0/16 oifname != "cni0" counter masquerade
    }
    chain prerouting {
        type nat hook prerouting priority dstnat
        ip daddr 10.96.0.1 tcp dport 443 dnat to 10.0.0.2:6443
    }
    chain output {
        type nat hook output priority dstnat
        ip daddr 10.96.0.1 tcp dport 443 dnat to 10.0.0.2:6443
    }
}
END
}

every_vf_has_a_netdev() {
    for link in "$pf"/virtfn*; do
        find_netdev "$(basename "$(readlink "$link")")" || return 1
    done
}

# make_vfs BDF NUMBER: leaves them alone if they exist, because pods may hold them.
make_vfs() {
    pf=/sys/bus/pci/devices/$1
    wait_for find_netdev "$1" || fail LAB-HOST-PF "machine $name has no network interface at $1" "see the guest's kernel log: dmesg"
    ip link set dev "$netdev" up
    read -r had <"$pf/sriov_numvfs"
    [ "$had" != "$2" ] || return 0
    echo "$2" >"$pf/sriov_numvfs" || fail LAB-HOST-VFS "PF $1 of machine $name did not make $2 VFs" "see the guest's kernel log: dmesg"
    wait_for every_vf_has_a_netdev || fail LAB-HOST-VFS "a VF of PF $1 of machine $name has no network interface" \
        "see the guest's kernel log: dmesg"
}

name=guest
load_modules
set_uplink
set_nat
make_vfs 0000:02:00.0 2
[ "${1-}" != boot ] || exit 0

echo "$name" >/etc/hostname
echo "$name" >/proc/sys/kernel/hostname
mkdir -p /etc/sriov-lab /etc/kubernetes /etc/containerd /etc/cni/net.d

cat >/etc/containerd/config.toml <<'END'
version = 2

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "docker.io/lab/busybox:1"
# Drivers of the user's own may hand devices to containers (CDI).
enable_cdi = true

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/opt/cni/bin"
conf_dir = "/etc/cni/net.d"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = true

# A pod waits until its VFs are attached: with the default of two seconds it would start without them.
[plugins."io.containerd.nri.v1.nri"]
disable = false
plugin_registration_timeout = "60s"
plugin_request_timeout = "60s"
END

# The pods' network in software: a bridge, and addresses of 10.244.0.0/24.
cat >/etc/cni/net.d/10-lab.conflist <<'END'
{
  "cniVersion": "1.0.0",
  "name": "pods",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "cni0",
      "isGateway": true,
      "mtu": 1500,
      "ipam": {
        "type": "host-local",
        "ranges": [[{ "subnet": "10.244.0.0/24" }]],
        "routes": [{ "dst": "0.0.0.0/0" }]
      }
    }
  ]
}
END

cat >/etc/kubernetes/kubelet.yaml <<'END'
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous: { enabled: false }
  webhook: { enabled: false }
  x509: { clientCAFile: /etc/kubernetes/ca.crt }
authorization: { mode: AlwaysAllow }
tlsCertFile: /etc/kubernetes/kubelet.crt
tlsPrivateKeyFile: /etc/kubernetes/kubelet.key
cgroupDriver: systemd
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
clusterDomain: cluster.local
clusterDNS: [10.96.0.10]
resolvConf: /etc/resolv.conf
# There is no iptables here.
makeIPTablesUtilChains: false
END

cat >/etc/systemd/system/sriov-lab-node.service <<'END'
[Unit]
Description=Modules, addresses and VFs of the node
Before=containerd.service kubelet.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh /etc/sriov-lab/node.sh boot

[Install]
WantedBy=multi-user.target
END

cat >/etc/systemd/system/kubelet.service <<'END'
[Unit]
Description=Kubelet
Wants=containerd.service
After=containerd.service sriov-lab-node.service

[Service]
ExecStart=/usr/bin/kubelet --config=/etc/kubernetes/kubelet.yaml --kubeconfig=/etc/kubernetes/kubelet.kubeconfig \
    --hostname-override=guest --node-ip=10.0.0.10
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
END

systemctl --quiet enable sriov-lab-node.service containerd.service kubelet.service
# The units order themselves. The image is in place before anyone hears that the node is ready, and they start meanwhile.
systemctl --no-block restart kubelet.service
systemctl start containerd.service
image=docker.io/lab/busybox:1
ctr -n k8s.io images list -q | grep -qx "$image" || ctr -n k8s.io images import /usr/share/sriov-lab/busybox.tar >/dev/null
