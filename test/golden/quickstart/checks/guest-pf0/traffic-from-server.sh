#!/bin/sh
# Not every script uses the whole library. dash, bash and busybox all support -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# traffic, the other way: the peer server reaches each function. Runs in the peer's network namespace.
set -u
# lib/tap.sh stands here.

# lib/ping.sh stands here.

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
