#!/bin/sh
# Not every script uses the whole library. dash, bash and busybox all support -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# bench, side offload: what the pod lab-bench-offload is like for the programs that are measured in it. Runs in the machine.
set -u
# lib/tap.sh stands here.

# in_pod COMMAND...: started as the measured programs are.
in_pod() {
    sh /run/lab/enter.sh offload 60 "$@" 2>&1
}

# container: prints the id of the pod's container. One of an earlier pod of this name may still be there, but it does not run.
container() {
    running=$(ctr --namespace k8s.io tasks list | awk '$3 == "RUNNING" { print $1 }')
    ctr --namespace k8s.io containers list --quiet 'labels."io.kubernetes.pod.name"==lab-bench-offload,labels."io.cri-containerd.kind"==container' |
        grep -Fx "$running"
}

# seen WORD: prints what the look inside has shown.
seen() {
    echo "$look" | sed -n "s/^$1 //p"
}

container >/run/lab/offload.container
# One look for all, because starting a program in a pod takes seconds under emulation.
# shellcheck disable=SC2016
look=$(in_pod sh -c '
echo "place $(hostname) $(cat /proc/self/cgroup)"
echo "net1 $(cat /sys/class/net/net1/address 2>/dev/null)"
while read -r name _; do
    case $name in *:) echo "netdev ${name%:}" ;; esac
done </proc/net/dev')
[ -n "$(seen place)" ] || echo "$look" | sed 's/^/# /'
is 'offload: what runs in the pod is in its cgroup and its namespaces' "$(seen place)" 'lab-bench-offload 0::/'
is 'offload: net1 of the pod is pf0.vf0' "$(seen net1)" 52:54:00:23:14:18
is 'offload: the pod has eth0, net1 and no other netdev' "$(seen netdev | sort | tr '\n' ' ')" 'eth0 lo net1 '
if answer=$(in_pod ping -q -A -c 3 -w 10 10.0.0.1); then
    ok 'offload: the pod reaches server'
else
    not_ok 'offload: the pod reaches server' "$(echo "$answer" | grep -v '^$' | tail -n 2 | tr '\n' ' ')"
fi
finish
