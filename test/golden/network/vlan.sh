#!/bin/sh
# Makes the networks and peers of the lab vlan. Runs inside the lab’s own namespaces, where nothing can clash
# and nothing outlives the lab.
set -eu

ip link set lo up

# No IPv6 on what is made from here on: what is heard on a VLAN shall be what somebody on it has sent.
ipv6_off=/proc/sys/net/ipv6/conf/default/disable_ipv6
[ ! -e "$ipv6_off" ] || echo 1 > "$ipv6_off"

# Network lan, 10.0.0.0/24, with VLANs: 10, 20. One bridge that keeps them apart, where the kernel has that
# (CONFIG_BRIDGE_VLAN_FILTERING); else one bridge for each, which comes to the same, as each port here is on one VLAN.
if ip link add lan type bridge stp_state 0 forward_delay 0 mcast_snooping 0 vlan_filtering 1 vlan_default_pvid 0 2>/dev/null; then
    vlan_filtering=yes
    ip link set lan mtu 1500 up
else
    vlan_filtering=no
    echo 'network lan: the bridges of this kernel cannot filter VLANs (CONFIG_BRIDGE_VLAN_FILTERING), so each VLAN has a bridge of its own' >&2
    ip link add lan.10 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
    ip link set lan.10 mtu 1500 up
    ip link add lan.20 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
    ip link set lan.20 mtu 1500 up
fi

# One tap for each function, on its network's bridge. In one batch: a machine may have hundreds.
ip -batch - <<'END'
tuntap add dev guest-pf0 mode tap
link set dev guest-pf0 mtu 1500 up
tuntap add dev guest-pf0.vf0 mode tap
link set dev guest-pf0.vf0 mtu 1500 up
tuntap add dev guest-pf0.vf1 mode tap
link set dev guest-pf0.vf1 mtu 1500 up
tuntap add dev guest-pf0.vf2 mode tap
link set dev guest-pf0.vf2 mtu 1500 up
tuntap add dev guest-pf0.vf3 mode tap
link set dev guest-pf0.vf3 mtu 1500 up
END

# Peer server10: a host of its own, reachable through the bridge alone.
mkdir -p netns
: > netns/server10
unshare --net mount --bind /proc/self/ns/net netns/server10
[ ! -e "$ipv6_off" ] || nsenter --net=netns/server10 sh -c "echo 1 > $ipv6_off"
ip link add server10 mtu 1500 type veth peer name eth0
ip link set eth0 address 52:54:00:44:79:ec mtu 1500 netns netns/server10
ip link set server10 up
nsenter --net=netns/server10 ip link set lo up
nsenter --net=netns/server10 ip address add 10.0.0.1/24 dev eth0
nsenter --net=netns/server10 ip link set eth0 up

# Peer server20: a host of its own, reachable through the bridge alone.
mkdir -p netns
: > netns/server20
unshare --net mount --bind /proc/self/ns/net netns/server20
[ ! -e "$ipv6_off" ] || nsenter --net=netns/server20 sh -c "echo 1 > $ipv6_off"
ip link add server20 mtu 1500 type veth peer name eth0
ip link set eth0 address 52:54:00:d0:39:0c mtu 1500 netns netns/server20
ip link set server20 up
nsenter --net=netns/server20 ip link set lo up
nsenter --net=netns/server20 ip address add 10.0.0.2/24 dev eth0
nsenter --net=netns/server20 ip link set eth0 up

# access_port PORT BRIDGE VLAN BRIDGE_OF_THE_VLAN: puts a port on one VLAN of a network. Its frames carry no tag.
access_port() {
    if [ "$vlan_filtering" = yes ]; then
        ip link set dev "$1" master "$2"
        bridge vlan add dev "$1" vid "$3" pvid untagged
    else
        ip link set dev "$1" master "$4"
    fi
}

access_port guest-pf0 lan 10 lan.10
access_port guest-pf0.vf0 lan 10 lan.10
access_port guest-pf0.vf1 lan 10 lan.10
access_port guest-pf0.vf2 lan 20 lan.20
access_port guest-pf0.vf3 lan 20 lan.20
access_port server10 lan 10 lan.10
access_port server20 lan 20 lan.20
