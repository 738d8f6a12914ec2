#!/bin/sh
# bench: removes the two sides. Runs in the guest.
# shellcheck disable=SC2317,SC2034,SC3013
set -u
# lib/tap.sh stands here.

for container in offload software; do
    # A process that still runs there would keep the function.
    for process in $(ip netns pids "$container" 2>/dev/null); do
        kill -9 "$process"
    done
    ip netns delete "$container" 2>/dev/null
done
ip link delete lab-bridge 2>/dev/null
nft delete table ip lab-bench 2>/dev/null
echo 0 >/proc/sys/net/ipv4/ip_forward
echo 0 >/proc/sys/net/ipv4/conf/all/arp_ignore
address=10.0.0.12/24
for netdev in /sys/class/net/*; do
    ip address delete "$address" dev "${netdev##*/}" 2>/dev/null
done
is 'the containers are gone' "$(ip netns list)" ''
finish
