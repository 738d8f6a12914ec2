#!/bin/sh
# Makes the networks and peers of the lab quickstart. Runs inside the lab’s own namespaces, where nothing can clash
# and nothing outlives the lab.
set -eu

ip link set lo up

# Network lan, 10.0.0.0/24. An emulated link is up at once and has no loops: no learning of groups, no waiting.
ip link add lan type bridge stp_state 0 forward_delay 0 mcast_snooping 0
ip link set lan mtu 1500 up

# One tap for each function, on its network's bridge. In one batch: a machine may have hundreds.
ip -batch - <<'END'
tuntap add dev guest-pf0 mode tap
link set dev guest-pf0 mtu 1500 master lan up
tuntap add dev guest-pf0.vf0 mode tap
link set dev guest-pf0.vf0 mtu 1500 master lan up
tuntap add dev guest-pf0.vf1 mode tap
link set dev guest-pf0.vf1 mtu 1500 master lan up
tuntap add dev guest-pf0.vf2 mode tap
link set dev guest-pf0.vf2 mtu 1500 master lan up
END

# Peer server: a host of its own, reachable through the bridge alone.
mkdir -p netns
: > netns/server
unshare --net mount --bind /proc/self/ns/net netns/server
ip link add server mtu 1500 type veth peer name eth0
ip link set eth0 address 52:54:00:86:a5:e1 mtu 1500 netns netns/server
ip link set server master lan up
nsenter --net=netns/server ip link set lo up
nsenter --net=netns/server ip address add 10.0.0.1/24 dev eth0
nsenter --net=netns/server ip link set eth0 up
