#!/bin/sh
# bench: runs a command in the container of a side's pod, for a limited time: sh enter.sh SIDE SECONDS COMMAND... Runs in the machine.
# The container runtime starts it, in the pod's cgroup and all its namespaces, as it does for kubectl exec. Unlike kubectl exec it sends
# nothing over the network that is measured.
read -r container <"/run/lab/$1.container" || exit 1
limit=$2
shift 2
exec ctr --namespace k8s.io tasks exec --exec-id "bench-$$" "$container" /bin/env PATH=/bin:/usr/bin /bin/timeout "$limit" "$@"
