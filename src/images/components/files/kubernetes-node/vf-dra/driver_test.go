package main

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/containerd/nri/pkg/api"
	resource "k8s.io/api/resource/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/dynamic-resource-allocation/kubeletplugin"

	"sriov-lab/kubernetes-node/attachments"
	"sriov-lab/kubernetes-node/fakenode"
	"sriov-lab/kubernetes-node/pools"
)

const (
	pf  = "0000:01:00.0"
	vf1 = "0000:01:00.1"
	vf2 = "0000:01:00.2"
)

// fakeClaims is an API server with one claim.
type fakeClaims struct {
	lock  sync.Mutex
	claim *resource.ResourceClaim
	wrote chan struct{}
}

func (f *fakeClaims) get(_ context.Context, name types.NamespacedName) (*resource.ResourceClaim, error) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.claim == nil {
		return nil, apierrors.NewNotFound(schema.GroupResource{Resource: "resourceclaims"}, name.Name)
	}
	return f.claim, nil
}

func (f *fakeClaims) updateStatus(_ context.Context, claim *resource.ResourceClaim) error {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.claim = claim
	close(f.wrote)
	return nil
}

func connected(t *testing.T, node *fakenode.Node) *driver {
	t.Helper()
	d := &driver{
		node: "guest", sysfs: node.Sysfs, file: filepath.Join(t.TempDir(), "dra.json"), claims: &fakeClaims{wrote: make(chan struct{})},
		pools: []pools.Pool{{
			NIC: "pf0", Resource: "sriov.lab/pf0", PF: pf, Plugin: "sriov-virtio", Subnet: "10.0.0.0/24",
			Addresses: pools.Addresses{First: "10.0.0.100", Last: "10.0.0.150"},
		}},
		attacher: &attachments.Attacher{
			Store: attachments.Store{Folder: t.TempDir()}, Sysfs: node.Sysfs, Links: node, Exec: node, Log: &bytes.Buffer{},
			Patience: time.Minute,
		},
	}
	if err := d.load(); err != nil {
		t.Fatal(err)
	}
	d.connected.Store(true)
	return d
}

func claim(uid string, pods []string, vfs ...string) *resource.ResourceClaim {
	claim := &resource.ResourceClaim{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: uid, UID: types.UID(uid)},
		Status:     resource.ResourceClaimStatus{Allocation: &resource.AllocationResult{}},
	}
	for _, pod := range pods {
		claim.Status.ReservedFor = append(claim.Status.ReservedFor, resource.ResourceClaimConsumerReference{Resource: "pods", UID: types.UID(pod)})
	}
	for _, vf := range vfs {
		claim.Status.Allocation.Devices.Results = append(claim.Status.Allocation.Devices.Results,
			resource.DeviceRequestAllocationResult{Request: "vf", Driver: driverName, Pool: "guest", Device: deviceName(vf)})
	}
	return claim
}

func prepared(t *testing.T, d *driver, of *resource.ResourceClaim) kubeletplugin.PrepareResult {
	t.Helper()
	results, err := d.PrepareResourceClaims(context.Background(), []*resource.ResourceClaim{of})
	if err != nil {
		t.Fatal(err)
	}
	return results[of.UID]
}

func mustPrepare(t *testing.T, d *driver, of *resource.ResourceClaim) {
	t.Helper()
	if result := prepared(t, d, of); result.Err != nil || len(result.Devices) != len(of.Status.Allocation.Devices.Results) {
		t.Fatalf("%+v", result)
	}
}

func sandbox(node *fakenode.Node, id, pod string) *api.PodSandbox {
	return &api.PodSandbox{
		Id: id, Uid: pod, Name: pod, Namespace: "default",
		Linux: &api.LinuxPodSandbox{Namespaces: []*api.LinuxNamespace{{Type: "network", Path: node.NetNS}}},
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAClaimsVFIsAttachedToldAndGivenBack(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 2})
	d := connected(t, node)
	api := d.claims.(*fakeClaims)
	api.claim = claim("one", []string{"pod"}, vf2)
	mustPrepare(t, d, api.claim)
	box := sandbox(node, "box", "pod")
	must(t, d.RunPodSandbox(context.Background(), box))
	if _, _, err := d.CreateContainer(context.Background(), box, nil); err != nil {
		t.Error(err)
	}
	<-api.wrote
	status := api.claim.Status.Devices[0]
	if got := *status.NetworkData; status.Device != "vf-0000-01-00-2" || got.InterfaceName != "net1" || got.HardwareAddress != fakenode.MAC(vf2) ||
		strings.Join(got.IPs, " ") != "10.0.0.102/24" {
		t.Errorf("%+v: %+v", status, got)
	}
	// containerd 1.7 tells no namespace here.
	box.Linux = nil
	must(t, d.StopPodSandbox(context.Background(), box))
	if d.attacher.Store.Holds(vf2) {
		t.Error("the VF is not back")
	}
	results, err := d.UnprepareResourceClaims(context.Background(), []kubeletplugin.NamespacedObject{{UID: "one"}})
	if err != nil || results["one"] != nil || len(d.ofPods) != 0 {
		t.Errorf("%v %v %v", results, err, d.ofPods)
	}
}

func TestNoPodStartsWithoutItsVF(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 1})
	d := connected(t, node)
	d.connected.Store(false)
	if prepared(t, d, claim("one", []string{"pod"}, vf1)).Err == nil {
		t.Error("prepared, though containerd would not say when there is a sandbox")
	}
	d.connected.Store(true)
	mustPrepare(t, d, claim("one", []string{"pod"}, vf1))
	box := sandbox(node, "box", "pod")
	// As if NRI's time had run out: containerd goes on without the plugin's answer.
	if _, _, err := d.CreateContainer(context.Background(), box, nil); err == nil {
		t.Error("a container starts in a sandbox without the VF")
	}
	node.Fail["ADD "+vf1] = errors.New("no")
	if d.RunPodSandbox(context.Background(), box) == nil {
		t.Error("the sandbox is made without the VF")
	}
}

func TestAClaimThatCannotBeMetIsRefused(t *testing.T) {
	d := connected(t, fakenode.New(t, map[string]int{pf: 1}))
	for name, of := range map[string]*resource.ResourceClaim{
		"no such VF": claim("one", []string{"pod"}, vf2), "two pods": claim("two", []string{"a", "b"}, vf1), "no pod": claim("three", nil, vf1),
	} {
		if prepared(t, d, of).Err == nil {
			t.Error(name)
		}
	}
}

func TestAPodWithoutClaimsIsLeftAlone(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 1})
	d := connected(t, node)
	box := sandbox(node, "box", "pod")
	must(t, d.RunPodSandbox(context.Background(), box))
	if _, _, err := d.CreateContainer(context.Background(), box, nil); err != nil || len(node.Calls()) != 0 {
		t.Errorf("%v %v", err, node.Calls())
	}
	must(t, d.StopPodSandbox(context.Background(), box))
}

func TestParametersOfClassAndClaimAreMerged(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 1})
	d := connected(t, node)
	of := claim("one", []string{"pod"}, vf1)
	opaque := func(driver, text string, requests ...string) resource.DeviceAllocationConfiguration {
		return resource.DeviceAllocationConfiguration{Requests: requests, DeviceConfiguration: resource.DeviceConfiguration{
			Opaque: &resource.OpaqueDeviceConfiguration{Driver: driver, Parameters: runtime.RawExtension{Raw: []byte(text)}},
		}}
	}
	of.Status.Allocation.Devices.Config = []resource.DeviceAllocationConfiguration{
		opaque(driverName, `{"vlan":5,"spoofchk":"off"}`), opaque(driverName, `{"vlan":6}`, "vf"), opaque(driverName, `{"vlan":7}`, "other"),
		opaque("other.example", `{"vlan":8}`),
	}
	mustPrepare(t, d, of)
	if got := string(d.devicesOf("pod")[0].Configuration); !strings.Contains(got, `"vlan":6`) || !strings.Contains(got, `"spoofchk":"off"`) {
		t.Error(got)
	}
}

func TestWhatIsPreparedOutlivesARestart(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 2})
	d := connected(t, node)
	mustPrepare(t, d, claim("one", []string{"pod"}, vf1))
	must(t, d.RunPodSandbox(context.Background(), sandbox(node, "box", "pod")))

	again := connected(t, node)
	again.file, again.attacher = d.file, d.attacher
	must(t, again.load())
	if len(again.devicesOf("pod")) != 1 {
		t.Fatal("it has forgotten the pod")
	}
	// The VF in the pod is still one of the node's, with its own MAC.
	if devices := again.devices(); len(devices) != 2 || *devices[0].Attributes["mac"].StringValue != fakenode.MAC(vf1) {
		t.Errorf("%+v", devices)
	}
	// Meanwhile the sandbox has ended.
	if _, err := again.Synchronize(context.Background(), nil, nil); err != nil || again.attacher.Store.Holds(vf1) {
		t.Errorf("the VF of a sandbox that is gone is not taken back: %v", err)
	}
}

func TestAVFThatIsStillAttachedIsTakenBackBeforeTheNextPodGetsIt(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 1})
	d := connected(t, node)
	mustPrepare(t, d, claim("one", []string{"pod"}, vf1))
	must(t, d.RunPodSandbox(context.Background(), sandbox(node, "box", "pod")))
	node.Idle["DEL "+vf1] = true
	d.attacher.Patience = 200 * time.Millisecond // What is waited for never happens.
	unprepare := func() error {
		results, err := d.UnprepareResourceClaims(context.Background(), []kubeletplugin.NamespacedObject{{UID: "one"}})
		return errors.Join(err, results["one"])
	}
	if unprepare() == nil {
		t.Error("the VF is given free while it is in a pod")
	}
	delete(node.Idle, "DEL "+vf1)
	must(t, unprepare())
	mustPrepare(t, d, claim("two", []string{"next"}, vf1))
	must(t, d.RunPodSandbox(context.Background(), sandbox(node, "other", "next")))
}
