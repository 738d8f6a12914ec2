package main

import (
	"context"
	"fmt"
	"log"

	"github.com/containerd/nri/pkg/api"
	current "github.com/containernetworking/cni/pkg/types/100"
	"k8s.io/apimachinery/pkg/types"

	"sriov-lab/kubernetes-node/attachments"
)

func netNS(pod *api.PodSandbox) string {
	for _, namespace := range pod.GetLinux().GetNamespaces() {
		if namespace.GetType() == "network" {
			return namespace.GetPath()
		}
	}
	return ""
}

// RunPodSandbox attaches the VFs of the pod's claims. An error fails the sandbox.
func (d *driver) RunPodSandbox(ctx context.Context, pod *api.PodSandbox) error {
	devices := d.devicesOf(types.UID(pod.GetUid()))
	if len(devices) == 0 {
		return nil
	}
	var wishes []attachments.Wish
	for _, each := range devices {
		wishes = append(wishes, attachments.Wish{VF: each.VF, Configuration: each.Configuration})
	}
	sandbox := attachments.Sandbox{
		Container: pod.GetId(), NetNS: netNS(pod),
		Arguments: fmt.Sprintf("IgnoreUnknown=1;K8S_POD_NAMESPACE=%s;K8S_POD_NAME=%s", pod.GetNamespace(), pod.GetName()),
	}
	results, err := d.attacher.Attach(ctx, sandbox, wishes)
	if err != nil {
		log.Printf("%s/%s: %v", pod.GetNamespace(), pod.GetName(), err)
		return err
	}
	for index, each := range devices {
		log.Printf("%s/%s: %s is %s", pod.GetNamespace(), pod.GetName(), each.VF, results[index].Interfaces[0].Name)
		go d.tell(context.WithoutCancel(ctx), each, results[index])
	}
	return nil
}

// CreateContainer refuses a container whose sandbox lacks a VF. containerd goes on without a plugin that took too long: this is where
// the pod ends then.
func (d *driver) CreateContainer(_ context.Context, pod *api.PodSandbox, _ *api.Container) (*api.ContainerAdjustment, []*api.ContainerUpdate, error) {
	sandbox, err := d.attacher.Store.Find(pod.GetId())
	if err != nil {
		return nil, nil, err
	}
	for _, each := range d.devicesOf(types.UID(pod.GetUid())) {
		if sandbox == nil || !sandbox.Has(each.VF) {
			return nil, nil, fmt.Errorf("the VF %s is not in the pod's sandbox", each.VF)
		}
	}
	return nil, nil, nil
}

// StopPodSandbox takes the VFs back. containerd 1.7 does not tell the network namespace here: the attachments know it.
func (d *driver) StopPodSandbox(ctx context.Context, pod *api.PodSandbox) error {
	err := d.attacher.Detach(ctx, pod.GetId(), netNS(pod))
	if err != nil {
		log.Printf("%s/%s: %v", pod.GetNamespace(), pod.GetName(), err)
	}
	return err
}

// RemovePodSandbox takes back what StopPodSandbox could not.
func (d *driver) RemovePodSandbox(ctx context.Context, pod *api.PodSandbox) error {
	return d.StopPodSandbox(ctx, pod)
}

// Synchronize comes with each connection: it does what was missed since the last.
func (d *driver) Synchronize(ctx context.Context, pods []*api.PodSandbox, _ []*api.Container) ([]*api.ContainerUpdate, error) {
	known := map[string]bool{}
	for _, pod := range pods {
		known[pod.GetId()] = true
	}
	sandboxes, err := d.attacher.Store.All()
	if err != nil {
		return nil, err
	}
	for _, sandbox := range sandboxes {
		if known[sandbox.Container] {
			continue
		}
		if err := d.attacher.Detach(ctx, sandbox.Container, ""); err != nil {
			log.Printf("sandbox %s: %v", sandbox.Container, err)
		}
	}
	return nil, nil
}

// tell writes into the claim's status what the pod has got.
func (d *driver) tell(ctx context.Context, each device, result *current.Result) {
	if err := writeStatus(ctx, d.claims, d.node, each, result); err != nil {
		log.Printf("the status of the claim %s: %v", each.Claim, err)
	}
}
