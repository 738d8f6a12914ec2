#!/bin/sh
# Not every script uses the whole library. dash, bash and busybox all support -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# traffic: prints each function's byte counters, as a YAML block. Runs in the guest.
set -u
# lib/tap.sh stands here.

# lib/vf.sh stands here.

# lib/namespaces.sh stands here.

# counted NAME NAMESPACE: one entry of the block.
counted() {
    counted=$(counters "$2" "$(netdev_of "$2")")
    echo "    $1: { rx: ${counted% *}, tx: ${counted#* } }"
}

ok 'the functions count bytes'
echo '  ---'
counted pf0 lab-pf0
counted vf0 lab-vf0
counted vf1 lab-vf1
counted vf2 lab-vf2
echo '  ...'
finish
