#!/bin/sh
# Not every script uses the whole library; dash, bash and busybox all have -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# bench, environment offload: a container's network namespace holds pf0.vf0 by itself. Runs in the guest.
set -u
# TAP 14 on standard output: each assertion as it is made, the plan at the end. A stream without its plan has failed.
count=0
failed=0

ok() {
    count=$((count + 1))
    echo "ok $count - $1"
}

not_ok() {
    count=$((count + 1))
    failed=1
    echo "not ok $count - $1"
    shift
    for text in "$@"; do
        echo "$text" | sed 's/^/# /'
    done
}

# is TITLE GOT WANTED
is() {
    if [ "$2" = "$3" ]; then
        ok "$1"
    else
        not_ok "$1" "got: $2" "wanted: $3"
    fi
}

# at_least TITLE GOT WANTED
at_least() {
    if [ "$2" -ge "$3" ]; then
        ok "$1"
    else
        not_ok "$1" "got: $2" "wanted at least: $3"
    fi
}

finish() {
    echo "1..$count"
    exit "$failed"
}

# The PF.
pci=/sys/bus/pci/devices
pf_bdf=0000:01:00.0
pf=$pci/$pf_bdf
total=1

# What follows starts no program where the shell can do it itself: under emulation each costs more than the VFs do.

# write_numvfs N: nothing on success, else the system's own error, which a shell's built-in echo may not tell.
write_numvfs() {
    echo "$1" 2>/dev/null >"$pf/sriov_numvfs" || { env echo "$1" >"$pf/sriov_numvfs"; } 2>&1 | sed 's/.*: //'
}

# The netdevs of a function. A virtio function has its device one level further down.
devices_of() {
    for link in "$pci/$1"/net/* "$pci/$1"/virtio*/net/*; do
        [ -e "$link" ] && echo "${link##*/}"
    done
}

all_devices() {
    echo /sys/class/net/*
}

# Its MAC.
identity_of() {
    read -r identity <"/sys/class/net/$1/address" && echo "$identity"
}

# has_driver BDF DRIVER
has_driver() {
    [ "$pci/$1/driver" -ef "/sys/bus/pci/drivers/$2" ]
}

# BDFs of the VFs that there are, in order.
present_vfs() {
    for physfn in "$pci"/*/physfn; do
        [ "$physfn" -ef "$pf" ] || continue
        vf=${physfn%/physfn}
        echo "${vf##*/}"
    done
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
    tries=$(($1 * 50))
    shift
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.02
    done
}

every_vf_has_a_device() {
    for bdf in $(present_vfs); do
        [ -n "$(devices_of "$bdf")" ] || return 1
    done
}

# Milliseconds after boot.
now_ms() {
    read -r uptime _ </proc/uptime
    echo "${uptime%.*}${uptime#*.}0"
}

numvfs() {
    read -r numvfs <"$pf/sriov_numvfs" && echo "$numvfs"
}

no_vfs_yet() {
    [ "$(numvfs)" = 0 ] || write_numvfs 0
}

# make_vfs: all of them, until their drivers have them. Says nothing on success, else what went wrong.
make_vfs() {
    write_numvfs "$total"
    wait_for 20 every_vf_has_a_device
}

bdf=0000:01:00.1
container=offload

function_has_a_netdev() {
    [ -n "$(devices_of "$bdf")" ]
}

# What an earlier run has left: a function comes back from a namespace that ends.
ip netns delete "$container" 2>/dev/null
[ "$(numvfs)" = "$total" ] || { no_vfs_yet; make_vfs | sed 's/^/# VFs refused: /'; }
wait_for 20 function_has_a_netdev
netdev=$(devices_of "$bdf")
ip netns add "$container"
ip link set dev "$netdev" netns "$container"
printf '%s\n' 'link set dev lo up' "address add 10.0.0.11/24 dev $netdev" "link set dev $netdev mtu 1500 up" | ip -n "$container" -batch -

is 'offload: the container holds pf0.vf0 and no other netdev' "$(ip -n "$container" -oneline link show | cut -d ' ' -f 2 | tr -d '\n')" "lo:$netdev:"
if answer=$(nsenter "--net=/run/netns/$container" ping -q -A -c 3 -w 10 10.0.0.1 2>&1); then
    ok 'offload: the container reaches server'
else
    not_ok 'offload: the container reaches server' "$(echo "$answer" | grep -v '^$' | tail -n 2 | tr '\n' ' ')"
fi
finish
