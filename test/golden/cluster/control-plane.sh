#!/bin/sh
# Starts the control plane of the lab example, in peer control. Runs in the lab's namespace, in the lab's folder; everything ends with
# the namespace. It needs the folder kubernetes: README.md says where from.
set -eu

at_place() {
    nsenter --net=netns/control "$@"
}

# until_ready NAME COMMAND...
until_ready() {
    name=$1
    shift
    tries=600
    until at_place "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || { echo "$name is not ready: see $name.log" >&2; exit 1; }
        sleep 0.5
    done
}

at_place \
    kubernetes/bin/etcd \
    --name=lab \
    --data-dir=kubernetes/etcd \
    --listen-client-urls=http://127.0.0.1:2379 \
    --advertise-client-urls=http://127.0.0.1:2379 \
    --listen-peer-urls=http://127.0.0.1:2380 \
    --initial-advertise-peer-urls=http://127.0.0.1:2380 \
    --initial-cluster=lab=http://127.0.0.1:2380 \
    --unsafe-no-fsync \
    --log-level=warn >>etcd.log 2>&1 </dev/null &
until_ready etcd \
    busybox \
    wget \
    -q \
    -O \
    /dev/null \
    http://127.0.0.1:2379/readyz

at_place \
    kubernetes/bin/kube-apiserver \
    --etcd-servers=http://127.0.0.1:2379 \
    --advertise-address=10.0.0.2 \
    --bind-address=0.0.0.0 \
    --secure-port=6443 \
    --service-cluster-ip-range=10.96.0.0/16 \
    --authorization-mode=Node,RBAC \
    --enable-admission-plugins=NodeRestriction \
    --allow-privileged=true \
    --client-ca-file=kubernetes/pki/ca.crt \
    --tls-cert-file=kubernetes/pki/apiserver.crt \
    --tls-private-key-file=kubernetes/pki/apiserver.key \
    --kubelet-certificate-authority=kubernetes/pki/ca.crt \
    --kubelet-client-certificate=kubernetes/pki/kubelet-client.crt \
    --kubelet-client-key=kubernetes/pki/kubelet-client.key \
    --kubelet-preferred-address-types=InternalIP \
    --requestheader-client-ca-file=kubernetes/pki/front-proxy-ca.crt \
    --requestheader-allowed-names=front-proxy \
    --requestheader-username-headers=X-Remote-User \
    --requestheader-group-headers=X-Remote-Group \
    --requestheader-extra-headers-prefix=X-Remote-Extra- \
    --proxy-client-cert-file=kubernetes/pki/front-proxy.crt \
    --proxy-client-key-file=kubernetes/pki/front-proxy.key \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --service-account-key-file=kubernetes/pki/sa.pub \
    --service-account-signing-key-file=kubernetes/pki/sa.key >>kube-apiserver.log 2>&1 </dev/null &
until_ready kube-apiserver \
    kubernetes/bin/kubectl \
    --kubeconfig \
    kubernetes/admin.kubeconfig \
    get \
    --raw \
    /readyz

at_place \
    kubernetes/bin/kube-controller-manager \
    --kubeconfig=kubernetes/controllers.kubeconfig \
    --authentication-kubeconfig=kubernetes/controllers.kubeconfig \
    --authorization-kubeconfig=kubernetes/controllers.kubeconfig \
    --tls-cert-file=kubernetes/pki/controllers.crt \
    --tls-private-key-file=kubernetes/pki/controllers.key \
    --bind-address=127.0.0.1 \
    --leader-elect=false \
    --use-service-account-credentials=true \
    --service-account-private-key-file=kubernetes/pki/sa.key \
    --root-ca-file=kubernetes/pki/ca.crt \
    --cluster-signing-cert-file=kubernetes/pki/ca.crt \
    --cluster-signing-key-file=kubernetes/pki/ca.key \
    --allocate-node-cidrs=false \
    --cluster-cidr=10.244.0.0/16 >>kube-controller-manager.log 2>&1 </dev/null &
until_ready kube-controller-manager \
    kubernetes/bin/kubectl \
    --kubeconfig \
    kubernetes/admin.kubeconfig \
    get \
    --raw \
    /api/v1/namespaces/default/serviceaccounts/default

at_place \
    kubernetes/bin/kube-scheduler \
    --kubeconfig=kubernetes/scheduler.kubeconfig \
    --authentication-kubeconfig=kubernetes/scheduler.kubeconfig \
    --authorization-kubeconfig=kubernetes/scheduler.kubeconfig \
    --tls-cert-file=kubernetes/pki/scheduler.crt \
    --tls-private-key-file=kubernetes/pki/scheduler.key \
    --bind-address=127.0.0.1 \
    --leader-elect=false >>kube-scheduler.log 2>&1 </dev/null &
until_ready kube-scheduler \
    busybox \
    wget \
    -q \
    -O \
    /dev/null \
    --no-check-certificate \
    https://127.0.0.1:10259/healthz
