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

answer=$(ping -n -A -c 20 -s 1400 -w 7 10.0.0.11 2>&1)
if none_lost 20 "$answer"; then
    ok 'server to vf0: 20 packets, none lost'
else
    not_ok 'server to vf0: 20 packets, none lost' "$(echo "$answer" | grep -v '^$' | tail -n 2 | tr '\n' ' ')"
fi
answer=$(ping -n -A -c 20 -s 1400 -w 7 10.0.0.12 2>&1)
if none_lost 20 "$answer"; then
    ok 'server to vf1: 20 packets, none lost'
else
    not_ok 'server to vf1: 20 packets, none lost' "$(echo "$answer" | grep -v '^$' | tail -n 2 | tr '\n' ' ')"
fi
answer=$(ping -n -A -c 20 -s 1400 -w 7 10.0.0.13 2>&1)
if none_lost 20 "$answer"; then
    ok 'server to vf2: 20 packets, none lost'
else
    not_ok 'server to vf2: 20 packets, none lost' "$(echo "$answer" | grep -v '^$' | tail -n 2 | tr '\n' ' ')"
fi
finish
