#!/bin/sh
# Not every script uses the whole library. dash, bash and busybox all support -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# bench, side software: what the pod lab-bench-software is like for the programs that are measured in it. Runs in the machine.
set -u
# lib/tap.sh stands here.

# in_pod COMMAND...: started as the measured programs are.
in_pod() {
    sh /run/lab/enter.sh software 60 "$@" 2>&1
}

# container: prints the id of the pod's container. One of an earlier pod of this name may still be there, but it does not run.
container() {
    running=$(ctr --namespace k8s.io tasks list | awk '$3 == "RUNNING" { print $1 }')
    ctr --namespace k8s.io containers list --quiet 'labels."io.kubernetes.pod.name"==lab-bench-software,labels."io.cri-containerd.kind"==container' |
        grep -Fx "$running"
}

# seen WORD: prints what the look inside has shown.
seen() {
    echo "$look" | sed -n "s/^$1 //p"
}

# translated: prints how many connections of pods have got the node's address.
translated() {
    nft list chain ip sriov_lab postrouting 2>&1 | sed -n 's/.*counter packets \([0-9]*\).*/\1/p'
}

container >/run/lab/software.container
# One look for all, because starting a program in a pod takes seconds under emulation.
# shellcheck disable=SC2016
look=$(in_pod sh -c '
echo "place $(hostname) $(cat /proc/self/cgroup)"
echo "net1 $(cat /sys/class/net/net1/address 2>/dev/null)"
while read -r name _; do
    case $name in *:) echo "netdev ${name%:}" ;; esac
done </proc/net/dev')
[ -n "$(seen place)" ] || echo "$look" | sed 's/^/# /'
is 'software: what runs in the pod is in its cgroup and its namespaces' "$(seen place)" 'lab-bench-software 0::/'
is 'software: the pod has eth0 and no other netdev' "$(seen netdev | sort | tr '\n' ' ')" 'eth0 lo '
before=$(translated)
if answer=$(in_pod ping -q -A -c 3 -w 10 10.0.0.1); then
    ok 'software: the pod reaches server'
else
    not_ok 'software: the pod reaches server' "$(echo "$answer" | grep -v '^$' | tail -n 2 | tr '\n' ' ')"
fi
after=$(translated)
at_least 'software: the node has translated the address of what the pod sent' $((${after:-0} - ${before:-0})) 1
finish
