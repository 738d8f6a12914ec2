package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/containernetworking/cni/pkg/types"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	podresources "k8s.io/kubelet/pkg/apis/podresources/v1"

	"sriov-lab/kubernetes-node/attachments"
	"sriov-lab/kubernetes-node/pools"
)

// A list of many pods is larger than gRPC's own limit.
const largestAnswer = 16 << 20

// podsOf asks the kubelet which devices its pods have.
func podsOf(ctx context.Context, socket string) ([]*podresources.PodResources, error) {
	connection, err := grpc.NewClient("unix://"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(largestAnswer)))
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	answer, err := podresources.NewPodResourcesListerClient(connection).List(ctx, &podresources.ListPodResourcesRequest{})
	if err != nil {
		return nil, fmt.Errorf("the kubelet does not say which devices the pod has (%s): %w", socket, err)
	}
	return answer.GetPodResources(), nil
}

// podArguments are what CNI_ARGS say of the pod. Its fields' names are those of the arguments.
type podArguments struct {
	types.CommonArgs
	K8S_POD_NAMESPACE types.UnmarshallableString
	K8S_POD_NAME      types.UnmarshallableString
}

// wishesOf returns the VFs of a pod: in the order of the pools, then of their addresses. A pod that the kubelet does not know is an
// error, as its VFs are unknown, too.
func wishesOf(ctx context.Context, conf configuration, cniArgs string) ([]attachments.Wish, error) {
	all, err := pools.Read(conf.Pools)
	if err != nil {
		return nil, err
	}
	var pod podArguments
	pod.IgnoreUnknown = true
	if err := types.LoadArgs(cniArgs, &pod); err != nil {
		return nil, err
	}
	pods, err := podsOf(ctx, conf.Kubelet)
	if err != nil {
		return nil, err
	}
	namespace, name := string(pod.K8S_POD_NAMESPACE), string(pod.K8S_POD_NAME)
	found := slices.IndexFunc(pods, func(each *podresources.PodResources) bool {
		return each.GetNamespace() == namespace && each.GetName() == name
	})
	if found < 0 {
		return nil, fmt.Errorf("the kubelet does not know the pod %s/%s", namespace, name)
	}
	var wishes []attachments.Wish
	for _, pool := range all {
		for _, vf := range devicesOf(pods[found], pool.Resource) {
			text, err := pool.Configuration(vf, nil)
			if err != nil {
				return nil, err
			}
			wishes = append(wishes, attachments.Wish{VF: vf, Configuration: text})
		}
	}
	return wishes, nil
}

func devicesOf(pod *podresources.PodResources, resource string) (vfs []string) {
	for _, container := range pod.GetContainers() {
		for _, devices := range container.GetDevices() {
			if devices.GetResourceName() == resource {
				vfs = append(vfs, devices.GetDeviceIds()...)
			}
		}
	}
	slices.Sort(vfs)
	return slices.Compact(vfs)
}
