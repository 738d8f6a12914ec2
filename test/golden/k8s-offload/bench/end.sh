#!/bin/sh
# Not every script uses the whole library. dash, bash and busybox all support -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# bench: removes what the check has made in the cluster. Runs in kubectl's peer, in the lab's folder.
set -u
# lib/tap.sh stands here.

# kubectl ARGUMENTS...: as the cluster's administrator. Runs in kubectl's peer, in the lab's folder.
kubectl() {
    KUBECACHEDIR=kubernetes/cache kubernetes/bin/kubectl --kubeconfig kubernetes/admin.kubeconfig "$@"
}

label=sriov.lab/check=lab-bench

# pod NAME NODE: prints the manifest of a pod that has a VF. It stays on its node however long that is away.
pod() {
    cat <<END
---
apiVersion: v1
kind: Pod
metadata: { name: lab-bench-$1, labels: { sriov.lab/check: lab-bench } }
spec:
  nodeSelector: { kubernetes.io/hostname: $2 }
  tolerations:
    - { key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute }
    - { key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute }
  terminationGracePeriodSeconds: 5
  automountServiceAccountToken: false
  enableServiceLinks: false
  containers:
    - name: box
      image: docker.io/lab/busybox:1
      imagePullPolicy: Never
      command: [/bin/sh, -c, "trap exit TERM; sleep 1000000 & wait"]
      resources: { limits: { sriov.lab/pf0: 1 } }
END
}

# why NAME: prints what the cluster says of a pod: its conditions and the last events.
why() {
    kubectl get pod "lab-bench-$1" -o jsonpath='{range .status.conditions[*]}{.type}={.status} {.reason} {.message}{"\n"}{end}' 2>&1
    kubectl get events --field-selector "involvedObject.name=lab-bench-$1" --sort-by .lastTimestamp \
        -o jsonpath='{range .items[*]}{.reason}: {.message}{"\n"}{end}' 2>&1 | tail -n 5
}

# becomes_ready NAME: passes if the pod is Ready in time.
becomes_ready() {
    if kubectl wait --for=condition=Ready "pod/lab-bench-$1" --timeout=600s >/dev/null 2>&1; then
        ok "pod $1 is Ready"
    else
        not_ok "pod $1 is Ready" "$(why "$1")"
    fi
}

# remove_pods: removes what this check has made, and waits until the nodes have ended it. What would replace pods goes with them, and first.
remove_pods() {
    kubectl delete statefulset -l "$label" --ignore-not-found --cascade=foreground --timeout=600s 2>&1
    kubectl delete pod -l "$label" --ignore-not-found --timeout=600s 2>&1
}

# in_pod NAME COMMAND...: runs a command in a pod.
in_pod() {
    name=$1
    shift
    kubectl exec "lab-bench-$name" -- "$@" 2>&1
}

remove_pods | sed 's/^/# /'
left=$(kubectl get pods -l "$label" -o name 2>&1)
is 'no pod of the check is left' "$left" ''
finish
