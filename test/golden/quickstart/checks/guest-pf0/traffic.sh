#!/bin/sh
# Not every script uses the whole library; dash, bash and busybox all have -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# traffic: each function in a network namespace of its own, so that nothing can answer itself. Runs in the guest.
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
total=3

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

# in_namespace NAME COMMAND...: in the guest's network namespace of that name; `.` is the one where a PF stays.
in_namespace() {
    namespace=$1
    shift
    if [ "$namespace" = . ]; then
        "$@"
    else
        nsenter "--net=/run/netns/$namespace" "$@"
    fi
}

# ip_in NAME ARGUMENTS...: iproute2's ip there. (busybox's nsenter would run its own.)
ip_in() {
    namespace=$1
    shift
    if [ "$namespace" = . ]; then
        ip "$@"
    else
        ip -n "$namespace" "$@"
    fi
}

# counters NAMESPACE DEV: bytes received and sent, as the function's own driver counts them.
counters() {
    in_namespace "$1" cat /proc/net/dev | while read -r name rx _ _ _ _ _ _ _ tx _; do
        if [ "$name" = "$2:" ]; then
            echo "$rx $tx"
        fi
    done
}

# device NAMESPACE: the netdev of the function that lives there, as `give` has noted it: looking costs a program each time.
device() {
    if [ "$1" = . ]; then
        devices_of "$pf_bdf"
    elif [ -n "$1" ]; then
        read -r netdev 2>/dev/null <"/run/lab/$1.netdev" && echo "$netdev"
    fi
}

# Of the functions that there are.
every_function_has_a_netdev() {
    # There may be but one.
    # shellcheck disable=SC2043
    for bdf in 0000:01:00.0 0000:01:00.1 0000:01:00.2 0000:01:00.3; do
        [ ! -d "$pci/$bdf" ] || [ -n "$(devices_of "$bdf")" ] || return 1
    done
}

# Each function gets its address, and each but a PF a namespace, made anew.
give_functions_to_namespaces() {
    take_functions_back
    [ "$(numvfs)" = "$total" ] || { no_vfs_yet; make_vfs | sed 's/^/# VFs refused: /'; }
    wait_for 20 every_function_has_a_netdev
    give 0000:01:00.0 . 10.0.0.10/24 1500
    give 0000:01:00.1 vf0 10.0.0.11/24 1500
    give 0000:01:00.2 vf1 10.0.0.12/24 1500
    give 0000:01:00.3 vf2 10.0.0.13/24 1500
}

# give BDF NAMESPACE ADDRESS MTU
give() {
    netdev=$(devices_of "$1")
    [ -n "$netdev" ] || return 0
    if [ "$2" = . ]; then
        ip address replace "$3" dev "$netdev"
        ip link set dev "$netdev" mtu "$4" up
        return
    fi
    echo "$netdev" >"/run/lab/$2.netdev"
    ip netns add "$2"
    ip link set dev "$netdev" netns "$2"
    # In one batch: each program costs.
    printf '%s\n' 'link set dev lo up' "address add $3 dev $netdev" "link set dev $netdev mtu $4 up" | ip -n "$2" -batch -
}

# A namespace that ends gives its physical netdevs back to the one of process 1.
take_functions_back() {
    for namespace in /run/netns/*; do
        [ -e "$namespace" ] || continue
        ip netns delete "${namespace##*/}"
        rm -f "/run/lab/${namespace##*/}.netdev"
    done
    wait_for 20 every_function_has_a_netdev
}

# none_lost COUNT ANSWER: ANSWER, what ping says when it is not quiet, has at least COUNT replies and none is missing between them. Its own
# sum does not tell: a request that is still under way as ping ends is no loss. iputils numbers them from 1, busybox from 0.
none_lost() {
    next=
    answered=0
    while IFS= read -r line; do
        case $line in
            *seq=*) ;;
            *) continue ;;
        esac
        sequence=${line#*seq=}
        sequence=${sequence%% *}
        case $next:$sequence in
            :0 | :1 | "$sequence:$sequence")
                answered=$((answered + 1))
                next=$((sequence + 1))
                ;;
        esac
    done <<EOF
$2
EOF
    [ "$answered" -ge "$1" ]
}

# settled PAYLOAD NAMESPACE DEV BEFORE AFTER: AFTER, or what the counters say up to two seconds later if they have not both moved by PAYLOAD
# bytes yet. A driver such as igbvf counts a packet only when the device has told it that the packet has left.
settled() {
    after=$5
    tries=20
    until [ $((${after% *} - ${4% *})) -ge "$1" ] && [ $((${after#* } - ${4#* })) -ge "$1" ]; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || break
        sleep 0.1
        after=$(counters "$2" "$3")
    done
    echo "$after"
}

packets=20
size=1400
icmp_header=8
newline='
'
payload=$((packets * (size + icmp_header)))

# moved TITLE BEFORE AFTER: a counter went up by the payload.
moved() {
    at_least "$1" "$(($3 - $2))" "$payload"
}

# ping_counted DEV ARGUMENTS...: in the sender's namespace. A line of DEV's counters, what ping says, and the counters again: in one go,
# as each program costs. Its variables are for the shell that it is given to.
# shellcheck disable=SC2016
ping_counted='
reading() {
    while read -r name rx _ _ _ _ _ _ _ tx _; do
        [ "$name" != "$dev:" ] || echo "$rx $tx"
    done </proc/net/dev
}
dev=$1
shift
reading
ping "$@" 2>&1
reading'

# exchange TITLE FROM FROM_DEV TO TO_DEV ADDRESS: no loss, and both ends counted the payload. An empty TO is not in the guest.
exchange() {
    title=$1 from=$2 from_dev=$3 to=$4 to_dev=$5 address=$6
    [ -n "$from_dev" ] || { not_ok "$title: $packets packets, none lost" 'the function has no netdev'; return; }
    [ -z "$to" ] || to_before=$(counters "$to" "$to_dev")
    answer=$(in_namespace "$from" sh -c "$ping_counted" ping_counted "$from_dev" -A -c "$packets" -s "$size" -w 7 "$address")
    from_before=${answer%%"$newline"*}
    from_after=${answer##*"$newline"}
    answer=${answer%"$newline"*}
    [ -z "$to" ] || to_after=$(counters "$to" "$to_dev")
    if none_lost "$packets" "$answer"; then
        ok "$title: $packets packets, none lost"
        echo "# $title: ${answer##*%*loss?}"
        from_after=$(settled "$payload" "$from" "$from_dev" "$from_before" "$from_after")
        [ -z "$to" ] || to_after=$(settled "$payload" "$to" "$to_dev" "$to_before" "$to_after")
    else
        not_ok "$title: $packets packets, none lost" "$(echo "$answer" | grep -v '^$' | tail -n 2 | tr '\n' ' ')"
    fi
    moved "$title: the sender counted what went out" "${from_before#* }" "${from_after#* }"
    moved "$title: the sender counted what came back" "${from_before% *}" "${from_after% *}"
    [ -n "$to" ] || return 0
    moved "$title: the receiver counted what came in" "${to_before% *}" "${to_after% *}"
    moved "$title: the receiver counted what it answered" "${to_before#* }" "${to_after#* }"
}

give_functions_to_namespaces
is "the PF has its $total VFs enabled" "$(numvfs 2>&1)" "$total"
exchange 'vf0 to server' vf0 "$(device vf0)" '' "$(device '')" 10.0.0.1
exchange 'vf0 to vf1' vf0 "$(device vf0)" vf1 "$(device vf1)" 10.0.0.12
exchange 'pf0 to vf0' . "$(device .)" vf0 "$(device vf0)" 10.0.0.11
exchange 'vf1 to server' vf1 "$(device vf1)" '' "$(device '')" 10.0.0.1
exchange 'vf1 to vf2' vf1 "$(device vf1)" vf2 "$(device vf2)" 10.0.0.13
exchange 'pf0 to vf1' . "$(device .)" vf1 "$(device vf1)" 10.0.0.12
exchange 'vf2 to server' vf2 "$(device vf2)" '' "$(device '')" 10.0.0.1
exchange 'vf2 to vf0' vf2 "$(device vf2)" vf0 "$(device vf0)" 10.0.0.11
exchange 'pf0 to vf2' . "$(device .)" vf2 "$(device vf2)" 10.0.0.13

finish
