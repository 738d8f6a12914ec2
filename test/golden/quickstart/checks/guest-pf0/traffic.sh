#!/bin/sh
# Not every script uses the whole library. dash, bash and busybox all support -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# traffic: each function in a network namespace of its own, so that nothing can answer itself. Runs in the guest.
set -u
# lib/tap.sh stands here.

# lib/vf.sh stands here.

# lib/namespaces.sh stands here.

# lib/ping.sh stands here.

# lib/settled.sh stands here.

packets=20
icmp_header=8
newline='
'

# moved TITLE BEFORE AFTER: passes if a counter has moved by at least the payload.
moved() {
    at_least "$1" "$(($3 - $2))" "$payload"
}

# ping_counted DEV ARGUMENTS...: runs in the sender's namespace, and prints DEV's counters, ping's output, and the counters again. It is one
# script because starting programs is slow under emulation. Its variables are for the shell that runs it.
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

# cannot_exchange NAMESPACES...: prints why one of these functions cannot exchange packets, which would only be waited for.
cannot_exchange() {
    for one in "$@"; do
        [ -n "$(netdev_of "$one")" ] || { echo "${one#lab-} has no netdev"; return; }
        case " $unlinked " in *" $one "*) echo "${one#lab-} has no link"; return ;; esac
    done
}

# exchange TITLE SIZE FROM TO ADDRESS: no packet is lost, and both ends count the payload. TO is empty outside the guest.
exchange() {
    title=$1 size=$2 from=$3 to=$4 address=$5
    from_dev=$(netdev_of "$from")
    to_dev=$(netdev_of "$to")
    payload=$((packets * (size + icmp_header)))
    reason=$(cannot_exchange "$from" ${to:+"$to"})
    [ -z "$reason" ] || { not_ok "$title: $packets packets, none lost" "$reason"; return; }
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
        note_links "$from" ${to:+"$to"}
        reason=$(cannot_exchange "$from" ${to:+"$to"})
        [ -z "$reason" ] || { echo "# $reason"; return; }
    fi
    moved "$title: the sender counted what went out" "${from_before#* }" "${from_after#* }"
    moved "$title: the sender counted what came back" "${from_before% *}" "${from_after% *}"
    [ -n "$to" ] || return 0
    moved "$title: the receiver counted what came in" "${to_before% *}" "${to_after% *}"
    moved "$title: the receiver counted what it answered" "${to_before#* }" "${to_after#* }"
}

give_functions_to_namespaces
is "the PF has its $total VFs enabled" "$(numvfs 2>&1)" "$total"
exchange 'vf0 to server' 1400 lab-vf0 '' 10.0.0.1
exchange 'vf0 to vf1' 1400 lab-vf0 lab-vf1 10.0.0.12
exchange 'pf0 to vf0' 1400 lab-pf0 lab-vf0 10.0.0.11
exchange 'vf1 to server' 1400 lab-vf1 '' 10.0.0.1
exchange 'vf1 to vf2' 1400 lab-vf1 lab-vf2 10.0.0.13
exchange 'pf0 to vf1' 1400 lab-pf0 lab-vf1 10.0.0.12
exchange 'vf2 to server' 1400 lab-vf2 '' 10.0.0.1
exchange 'vf2 to vf0' 1400 lab-vf2 lab-vf0 10.0.0.11
exchange 'pf0 to vf2' 1400 lab-pf0 lab-vf2 10.0.0.13

finish
