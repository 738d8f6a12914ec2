package attachments

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"sriov-lab/kubernetes-node/fakenode"
	"sriov-lab/kubernetes-node/functions"
)

const pf = "0000:01:00.0"

func attacher(t *testing.T, node *fakenode.Node) *Attacher {
	t.Helper()
	return &Attacher{
		Store: Store{Folder: t.TempDir()}, Sysfs: node.Sysfs, Links: node, Exec: node, Log: &bytes.Buffer{}, Patience: time.Minute,
	}
}

// impatient is for what never happens; everything else has the time that a busy computer takes.
const impatient = 300 * time.Millisecond

func wishes(vfs ...string) (all []Wish) {
	for _, vf := range vfs {
		text := fmt.Sprintf(`{"cniVersion":"0.3.1","name":"lan","type":"sriov-virtio","deviceID":%q,"ipam":{"type":"host-local"}}`, vf)
		all = append(all, Wish{VF: vf, Configuration: []byte(text)})
	}
	return all
}

func mustAttach(t *testing.T, a *Attacher, node *fakenode.Node, container string, vfs ...string) {
	t.Helper()
	results, err := a.Attach(context.Background(), Sandbox{Container: container, NetNS: node.NetNS}, wishes(vfs...))
	if err != nil || len(results) != len(vfs) {
		t.Fatalf("%v, %v", results, err)
	}
}

func mustBeBack(t *testing.T, a *Attacher, vfs ...string) {
	t.Helper()
	for _, vf := range vfs {
		if found := functions.At(a.Sysfs, vf); found.Netdev != fakenode.Netdev(vf) {
			t.Errorf("%s is %q, not %s", vf, found.Netdev, fakenode.Netdev(vf))
		}
		if a.Store.Holds(vf) {
			t.Errorf("%s is still recorded", vf)
		}
	}
}

func commands(node *fakenode.Node) (all []string) {
	for _, call := range node.Calls() {
		all = append(all, call.Plugin+" "+call.Command+" "+call.Interface)
	}
	return all
}

func TestVFsAreAttachedWithTheirMACAndGivenBack(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 2})
	a := attacher(t, node)
	results, err := a.Attach(context.Background(), Sandbox{Container: "one", NetNS: node.NetNS}, wishes("0000:01:00.1", "0000:01:00.2"))
	if err != nil {
		t.Fatal(err)
	}
	second := results[1]
	if got := second.Interfaces[0]; got.Name != "net2" || got.Mac != fakenode.MAC("0000:01:00.2") || got.Sandbox != node.NetNS {
		t.Errorf("%+v", got)
	}
	if second.IPs[0].Address.String() != "10.0.0.102/24" || *second.IPs[0].Interface != 0 {
		t.Errorf("%+v", second.IPs[0])
	}
	if err := a.Check("one", node.NetNS); err != nil {
		t.Errorf("CHECK fails: %v", err)
	}
	node.EndNetNS()
	if err := a.Check("one", node.NetNS); err == nil {
		t.Error("CHECK does not notice that the interfaces are gone")
	}
	if err := a.Detach(context.Background(), "one", node.NetNS); err != nil {
		t.Fatal(err)
	}
	mustBeBack(t, a, "0000:01:00.1", "0000:01:00.2")
}

func TestAnEmptyNetNSAtTheEndStillGivesTheVFBack(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 1})
	a := attacher(t, node)
	mustAttach(t, a, node, "one", "0000:01:00.1")
	if err := a.Detach(context.Background(), "one", ""); err != nil {
		t.Fatal(err)
	}
	mustBeBack(t, a, "0000:01:00.1")
	if last := node.Calls()[1]; last.Command != "DEL" || last.NetNS != node.NetNS {
		t.Errorf("%+v", last)
	}
}

func TestASandboxWhoseNamespaceIsGoneGivesBackNameAndAddress(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 1})
	a := attacher(t, node)
	mustAttach(t, a, node, "one", "0000:01:00.1")
	node.EndNetNS()
	if err := a.Detach(context.Background(), "one", ""); err != nil {
		t.Fatal(err)
	}
	mustBeBack(t, a, "0000:01:00.1")
	if all := commands(node); all[len(all)-1] != "host-local DEL net1" {
		t.Errorf("the address is not released: %v", all)
	}
}

func TestIfOneVFCannotBeAttachedNoneIs(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 2})
	a := attacher(t, node)
	node.Fail["ADD 0000:01:00.2"] = errors.New("no")
	_, err := a.Attach(context.Background(), Sandbox{Container: "one", NetNS: node.NetNS}, wishes("0000:01:00.1", "0000:01:00.2"))
	if err == nil {
		t.Fatal("it was attached")
	}
	mustBeBack(t, a, "0000:01:00.1", "0000:01:00.2")
}

func TestAPluginThatDoesNothingIsNoSuccess(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 1})
	a := attacher(t, node)
	a.Patience = impatient
	node.Idle["ADD 0000:01:00.1"] = true
	if _, err := a.Attach(context.Background(), Sandbox{Container: "one", NetNS: node.NetNS}, wishes("0000:01:00.1")); err == nil {
		t.Error("a pod would start without its VF")
	}
	delete(node.Idle, "ADD 0000:01:00.1")
	mustAttach(t, a, node, "two", "0000:01:00.1")
	node.Idle["DEL 0000:01:00.1"] = true
	if err := a.Detach(context.Background(), "two", node.NetNS); err == nil || !a.Store.Holds("0000:01:00.1") {
		t.Errorf("a VF that is not back is forgotten: %v", err)
	}
	delete(node.Idle, "DEL 0000:01:00.1")
	if err := a.Detach(context.Background(), "two", node.NetNS); err != nil {
		t.Error(err)
	}
	mustBeBack(t, a, "0000:01:00.1")
}

func TestAVFOfAPodThatWasDeletedByForceIsWaitedForAndNeverGivenTwice(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 1})
	a := attacher(t, node)
	mustAttach(t, a, node, "deleted", "0000:01:00.1")
	a.Patience = impatient
	_, err := a.Attach(context.Background(), Sandbox{Container: "next", NetNS: node.NetNS}, wishes("0000:01:00.1"))
	var held *HeldError
	if !errors.As(err, &held) || held.Holder.Container != "deleted" {
		t.Fatalf("given twice: %v", err)
	}
	a.Patience = time.Minute
	ended := make(chan error)
	go func() {
		time.Sleep(150 * time.Millisecond)
		ended <- a.Detach(context.Background(), "deleted", "")
	}()
	mustAttach(t, a, node, "next", "0000:01:00.1")
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAVFOfASandboxThatNobodyEndedIsTakenOver(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 1})
	a := attacher(t, node)
	mustAttach(t, a, node, "lost", "0000:01:00.1")
	node.EndNetNS()
	node.NetNS = t.TempDir()
	mustAttach(t, a, node, "next", "0000:01:00.1")
	if lost, err := a.Store.Find("lost"); lost != nil || err != nil {
		t.Errorf("%v, %v", lost, err)
	}
}

func TestAVFWithoutANetworkInterfaceIsNotAttached(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 1})
	a := attacher(t, node)
	a.Patience = impatient
	node.Bind("0000:01:00.1", "vfio-pci")
	if _, err := a.Attach(context.Background(), Sandbox{Container: "one", NetNS: node.NetNS}, wishes("0000:01:00.1")); err == nil {
		t.Error("attached")
	}
	if a.Store.Holds("0000:01:00.1") || len(node.Calls()) > 0 {
		t.Error("it was tried, or recorded")
	}
}

func TestAVFThatHasGotAnotherDriverIsNotWaitedFor(t *testing.T) {
	node := fakenode.New(t, map[string]int{pf: 1})
	a := attacher(t, node)
	mustAttach(t, a, node, "one", "0000:01:00.1")
	node.Fail["DEL 0000:01:00.1"] = errors.New("no such device")
	node.Bind("0000:01:00.1", "")
	if err := a.Detach(context.Background(), "one", node.NetNS); err != nil {
		t.Error(err)
	}
}

func TestTheEndOfASandboxWithoutVFsIsNothing(t *testing.T) {
	node := fakenode.New(t, nil)
	if err := attacher(t, node).Detach(context.Background(), "never seen", ""); err != nil {
		t.Error(err)
	}
}
