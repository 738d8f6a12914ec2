#!/bin/sh
# Not every script uses the whole library. dash, bash and busybox all support -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# bench, side offload: a container's network namespace contains pf0.vf0 and nothing else. Runs in the guest.
set -u
# lib/tap.sh stands here.

# lib/vf.sh stands here.

bdf=0000:01:00.1
container=offload

function_has_a_netdev() {
    [ -n "$(devices_of "$bdf")" ]
}

# Remove what an earlier run has left. The function returns when its namespace is deleted.
ip netns delete "$container" 2>/dev/null
have_vfs
wait_for 21 function_has_a_netdev
netdev=$(devices_of "$bdf")
ip netns add "$container"
ip link set dev "$netdev" netns "$container"
printf '%s\n' 'link set dev lo up' "address add 10.0.0.11/24 dev $netdev" "link set dev $netdev mtu 1500 up" | ip -n "$container" -batch -

is 'offload: the container has pf0.vf0 and no other netdev' "$(ip -n "$container" -oneline link show | cut -d ' ' -f 2 | tr -d '\n')" "lo:$netdev:"
if answer=$(nsenter "--net=/run/netns/$container" ping -q -A -c 3 -w 10 10.0.0.1 2>&1); then
    ok 'offload: the container reaches server'
else
    not_ok 'offload: the container reaches server' "$(echo "$answer" | grep -v '^$' | tail -n 2 | tr '\n' ' ')"
fi
finish
