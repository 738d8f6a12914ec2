#!/bin/sh
# bench: takes away what the two environments were made of. Runs in the guest.
# shellcheck disable=SC2317,SC2034,SC3013
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

for container in offload software; do
    # Whoever still runs there would keep the function.
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
