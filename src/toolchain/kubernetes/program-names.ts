/** What `kube` is, by the name that it is called by. */
export const controlPlanePrograms = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
] as const;

/** All of Kubernetes that a cluster needs. */
export const kubernetesProgramNames = [...controlPlanePrograms, 'kubelet'] as const;

/** The node's own programs, which come with lab. */
export const nodeProgramNames = ['vf-attach', 'vf-device-plugin', 'vf-dra'] as const;
