#!/bin/sh
# Not every script uses the whole library; dash, bash and busybox all have -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# traffic, the other way: the peer server reaches each function. Runs in the peer's network namespace.
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

answer=$(ping -q -A -c 20 -s 1400 -W 7 10.0.0.11 2>&1)
received=$(echo "$answer" | sed -n 's/.* transmitted, \([0-9]*\) .*received, 0% packet loss.*/\1/p')
if [ "${received:-0}" -ge 20 ]; then
    ok 'server to vf0: 20 packets, none lost'
else
    not_ok 'server to vf0: 20 packets, none lost' "$(echo "$answer" | grep -v '^$' | tail -n 2 | tr '\n' ' ')"
fi
answer=$(ping -q -A -c 20 -s 1400 -W 7 10.0.0.12 2>&1)
received=$(echo "$answer" | sed -n 's/.* transmitted, \([0-9]*\) .*received, 0% packet loss.*/\1/p')
if [ "${received:-0}" -ge 20 ]; then
    ok 'server to vf1: 20 packets, none lost'
else
    not_ok 'server to vf1: 20 packets, none lost' "$(echo "$answer" | grep -v '^$' | tail -n 2 | tr '\n' ' ')"
fi
answer=$(ping -q -A -c 20 -s 1400 -W 7 10.0.0.13 2>&1)
received=$(echo "$answer" | sed -n 's/.* transmitted, \([0-9]*\) .*received, 0% packet loss.*/\1/p')
if [ "${received:-0}" -ge 20 ]; then
    ok 'server to vf2: 20 packets, none lost'
else
    not_ok 'server to vf2: 20 packets, none lost' "$(echo "$answer" | grep -v '^$' | tail -n 2 | tr '\n' ' ')"
fi
finish
