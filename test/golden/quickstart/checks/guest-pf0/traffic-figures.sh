#!/bin/sh
# Not every script uses the whole library. dash, bash and busybox all support -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# traffic: figures of the path between one function and the outside, not a verdict. Runs in the guest. Measured under TCG.
set -u
# lib/tap.sh stands here.

# lib/vf.sh stands here.

# lib/namespaces.sh stands here.

accelerator=TCG

# measure TITLE COMMAND...: what the command prints is a figure.
measure() {
    title=$1
    shift
    if figure=$("$@" 2>&1); then
        ok "$title is measured"
        echo "# $title: $figure ($accelerator)" | tr '\n' ' '
        echo
    else
        not_ok "$title is measured" "$figure"
    fi
}
measure 'vf0 to server, netperf TCP_STREAM' in_namespace vf0 netperf -4 -P 0 -H 10.0.0.1 -t TCP_STREAM -l -16000000 -- -o THROUGHPUT,THROUGHPUT_UNITS
measure 'vf0 to server, netperf TCP_RR, with the mean latency in usec' in_namespace vf0 netperf -4 -P 0 -H 10.0.0.1 -t TCP_RR -l -500 -- -o THROUGHPUT,THROUGHPUT_UNITS,MEAN_LATENCY

finish
