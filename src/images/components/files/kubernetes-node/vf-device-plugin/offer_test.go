package main

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc"
	deviceplugin "k8s.io/kubelet/pkg/apis/deviceplugin/v1beta1"

	"sriov-lab/kubernetes-node/attachments"
	"sriov-lab/kubernetes-node/fakenode"
	"sriov-lab/kubernetes-node/pools"
)

const (
	pf    = "0000:01:00.0"
	limit = 20 * time.Second
)

// offered has a pool that is offered to a kubelet until the test ends.
func offered(t *testing.T, node *fakenode.Node, kubelet *fakenode.Kubelet, nic string) *offer {
	t.Helper()
	o := &offer{
		pool: pools.Pool{NIC: nic, Resource: "sriov.lab/" + nic, PF: pf}, folder: kubelet.Folder(), sysfs: node.Sysfs,
		store: attachments.Store{Folder: t.TempDir()}, every: 10 * time.Millisecond,
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { o.keepUp(ctx); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	return o
}

func registration(t *testing.T, kubelet *fakenode.Kubelet) *deviceplugin.RegisterRequest {
	t.Helper()
	select {
	case request := <-kubelet.Registered:
		return request
	case <-time.After(limit):
		t.Fatal("it does not register")
		return nil
	}
}

type watched grpc.ServerStreamingClient[deviceplugin.ListAndWatchResponse]

func watch(t *testing.T, kubelet *fakenode.Kubelet, request *deviceplugin.RegisterRequest) watched {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), limit)
	t.Cleanup(stop)
	stream, err := kubelet.Plugin(request.GetEndpoint()).ListAndWatch(ctx, &deviceplugin.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

func mustTell(t *testing.T, stream watched, wanted string) {
	t.Helper()
	told, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	if got := describe(told.GetDevices()); got != wanted {
		t.Errorf("%s, not %s", got, wanted)
	}
}

func TestVFsAreOfferedAndChangesAreTold(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 2})
	kubelet := fakenode.NewKubelet(t)
	kubelet.Start()
	o := offered(t, node, kubelet, "pf0")
	request := registration(t, kubelet)
	if request.GetResourceName() != "sriov.lab/pf0" || request.GetVersion() != "v1beta1" {
		t.Errorf("%+v", request)
	}
	stream := watch(t, kubelet, request)
	mustTell(t, stream, "0000:01:00.1 Healthy, 0000:01:00.2 Healthy")

	// What vfio or vDPA has is no device for pods; nor is one without any driver.
	node.Bind("0000:01:00.2", "vfio-pci")
	mustTell(t, stream, "0000:01:00.1 Healthy, 0000:01:00.2 Unhealthy")
	node.Bind("0000:01:00.2", "virtio-pci")
	mustTell(t, stream, "0000:01:00.1 Healthy, 0000:01:00.2 Healthy")

	// One that a pod has is not to be seen on the host, and healthy all the same.
	if err := o.store.Claim(attachments.Sandbox{Container: "one", Attachments: []attachments.Attachment{{VF: "0000:01:00.1"}}}); err != nil {
		t.Fatal(err)
	}
	node.Bind("0000:01:00.1", "")
	node.AddVF(pf, 2, "virtio-pci")
	mustTell(t, stream, "0000:01:00.1 Healthy, 0000:01:00.2 Healthy, 0000:01:00.3 Healthy")
}

func TestAKubeletThatStartsAgainGetsThePoolAgain(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 1})
	kubelet := fakenode.NewKubelet(t)
	offered(t, node, kubelet, "pf0")
	// The kubelet may start long after the plugin.
	time.Sleep(50 * time.Millisecond)
	kubelet.Start()
	registration(t, kubelet)
	for range 2 {
		kubelet.Stop()
		kubelet.Start()
		mustTell(t, watch(t, kubelet, registration(t, kubelet)), "0000:01:00.1 Healthy")
	}
}

func TestASocketThatAKubeletHasLeftIsNoKubelet(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 1})
	kubelet := fakenode.NewKubelet(t)
	kubelet.LeaveSocket()
	offered(t, node, kubelet, "pf0")
	time.Sleep(100 * time.Millisecond)
	kubelet.Start()
	registration(t, kubelet)
}

func TestEachPoolHasASocketOfItsOwn(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 1})
	kubelet := fakenode.NewKubelet(t)
	kubelet.Start()
	offered(t, node, kubelet, "pf0")
	offered(t, node, kubelet, "pf1")
	if one, other := registration(t, kubelet), registration(t, kubelet); one.GetEndpoint() == other.GetEndpoint() {
		t.Errorf("%s twice", one.GetEndpoint())
	}
}

func TestTheContainerIsToldItsVFsAndNoOthersAreGiven(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 2})
	kubelet := fakenode.NewKubelet(t)
	kubelet.Start()
	offered(t, node, kubelet, "pf0")
	plugin := kubelet.Plugin(registration(t, kubelet).GetEndpoint())
	ask := func(vfs ...string) (*deviceplugin.AllocateResponse, error) {
		return plugin.Allocate(context.Background(), &deviceplugin.AllocateRequest{
			ContainerRequests: []*deviceplugin.ContainerAllocateRequest{{DevicesIds: vfs}},
		})
	}
	answer, err := ask("0000:01:00.1", "0000:01:00.2")
	if err != nil {
		t.Fatal(err)
	}
	if got := answer.GetContainerResponses()[0].GetEnvs()["PCIDEVICE_SRIOV_LAB_PF0"]; got != "0000:01:00.1,0000:01:00.2" {
		t.Errorf("%q", got)
	}
	for _, vf := range []string{"0000:01:00.3", "0000:02:00.1"} {
		if _, err := ask(vf); err == nil {
			t.Errorf("%s is given", vf)
		}
	}
}
