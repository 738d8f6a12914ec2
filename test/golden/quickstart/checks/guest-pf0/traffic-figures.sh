#!/bin/sh
# Not every script uses the whole library. dash, bash and busybox all support -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# traffic: figures of the path between one function and the outside, not a verdict. Runs in the guest. Measured under TCG.
set -u
# lib/tap.sh stands here.

# lib/vf.sh stands here.

# lib/namespaces.sh stands here.

accelerator=TCG

# What `limited` says of a command that does not end.
hangs='hangs: the check stops here'

# limited SECONDS NAMESPACE COMMAND...: runs a command in a namespace, for a limited time, and prints its output.
limited() {
    limit=$1 its_namespace=$2
    shift 2
    began=$(now_ms)
    in_namespace "$its_namespace" timeout "$limit" "$@" 2>&1
    result=$?
    [ "$(now_ms)" -lt $((began + limit * 1000)) ] || echo "${its_namespace#lab-}, after $limit s, $hangs"
    return "$result"
}

# measure TITLE SECONDS NAMESPACE COMMAND...: what the command prints is a figure.
measure() {
    title=$1
    shift
    if figure=$(limited "$@"); then
        ok "$title is measured"
        echo "# $title: $figure ($accelerator)" | tr '\n' ' '
        echo
    else
        not_ok "$title is measured" "$figure"
        case $figure in *"$hangs"*) finish ;; esac
    fi
}
measure 'vf0 to server, netperf TCP_STREAM' 76 lab-vf0 netperf -4 -P 0 -H 10.0.0.1 -t TCP_STREAM -l -16000000 -- -o THROUGHPUT,THROUGHPUT_UNITS
measure 'vf0 to server, netperf TCP_RR, with the mean latency in usec' 85 lab-vf0 netperf -4 -P 0 -H 10.0.0.1 -t TCP_RR -l -500 -- -o THROUGHPUT,THROUGHPUT_UNITS,MEAN_LATENCY

finish
