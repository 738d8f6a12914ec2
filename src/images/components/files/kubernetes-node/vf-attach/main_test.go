package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/containernetworking/cni/pkg/skel"
	"github.com/containernetworking/cni/pkg/types"
	current "github.com/containernetworking/cni/pkg/types/100"

	"sriov-lab/kubernetes-node/attachments"
	"sriov-lab/kubernetes-node/fakenode"
)

const (
	pf0 = "0000:01:00.0"
	pf1 = "0000:02:00.0"
)

type setUp struct {
	t       *testing.T
	node    *fakenode.Node
	kubelet *fakenode.Kubelet
	plugin  *plugin
	pools   string
}

// nodeWithPools has two pools of two VFs, and a kubelet that runs.
func nodeWithPools(t *testing.T) setUp {
	t.Helper()
	node := fakenode.New(t, map[string]int{pf0: 2, pf1: 2})
	kubelet := fakenode.NewKubelet(t)
	kubelet.Start()
	pool := func(nic, pf, plugin string, subnet int) string {
		return fmt.Sprintf(`{"nic":%q,"resource":"sriov.lab/%s","pf":%q,"plugin":%q,"subnet":"10.%d.0.0/24","addresses":{"first":"10.%d.0.100","last":"10.%d.0.150"}}`,
			nic, nic, pf, plugin, subnet, subnet, subnet)
	}
	file := filepath.Join(t.TempDir(), "pools.json")
	text := `{"pools":[` + pool("pf0", pf0, "sriov-virtio", 0) + "," + pool("pf1", pf1, "sriov", 1) + `]}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	attacher := &attachments.Attacher{
		Store: attachments.Store{Folder: t.TempDir()}, Sysfs: node.Sysfs, Links: node, Exec: node, Log: &bytes.Buffer{}, Patience: time.Minute,
	}
	return setUp{t, node, kubelet, &plugin{attacher}, file}
}

func (s setUp) args(pod, container string) *skel.CmdArgs {
	return &skel.CmdArgs{
		ContainerID: container, Netns: s.node.NetNS, IfName: "eth0",
		Args: "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=" + pod + ";K8S_POD_INFRA_CONTAINER_ID=" + container,
		StdinData: fmt.Appendf(nil, `{"cniVersion":"1.0.0","name":"pods","type":"vf-attach","pools":%q,"kubelet":%q,
			"prevResult":{"cniVersion":"1.0.0","interfaces":[{"name":"eth0","sandbox":"x"}],"ips":[{"interface":0,"address":"10.244.0.5/24"}]}}`,
			s.pools, s.kubelet.Socket()),
	}
}

func (s setUp) mustAttach(args *skel.CmdArgs) *current.Result {
	s.t.Helper()
	said, err := s.plugin.attach(args)
	if err != nil {
		s.t.Fatal(err)
	}
	result, err := current.NewResultFromResult(said)
	if err != nil {
		s.t.Fatal(err)
	}
	return result
}

func TestThePodGetsTheVFsOfAllPoolsBesideItsOwnInterface(t *testing.T) {
	s := nodeWithPools(t)
	s.kubelet.Give("default", "box", map[string][]string{
		"sriov.lab/pf1": {"0000:02:00.2"}, "sriov.lab/pf0": {"0000:01:00.2", "0000:01:00.1"}, "other.example/gpu": {"0"},
	})
	result := s.mustAttach(s.args("box", "one"))
	var names []string
	for _, each := range result.Interfaces {
		names = append(names, each.Name+" "+each.Mac)
	}
	wanted := "eth0 |net1 02:00:00:01:00:01|net2 02:00:00:01:00:02|net3 02:00:00:02:00:02"
	if strings.Join(names, "|") != wanted {
		t.Errorf("%s, not %s", strings.Join(names, "|"), wanted)
	}
	if len(result.IPs) != 4 || *result.IPs[0].Interface != 0 || *result.IPs[3].Interface != 3 {
		t.Errorf("%+v", result.IPs)
	}
	if last := s.node.Calls()[2]; last.Plugin != "sriov" || !strings.Contains(last.Configuration, `"rangeStart":"10.1.0.100"`) {
		t.Errorf("%+v", last)
	}
}

func TestAPodWithoutVFsKeepsWhatItHas(t *testing.T) {
	s := nodeWithPools(t)
	s.kubelet.Give("default", "box", nil)
	if result := s.mustAttach(s.args("box", "one")); len(result.Interfaces) != 1 || len(s.node.Calls()) != 0 {
		t.Errorf("%+v", result)
	}
	if err := s.plugin.del(s.args("box", "one")); err != nil {
		t.Error(err)
	}
}

func mustFail(t *testing.T, s setUp, args *skel.CmdArgs, words string) {
	t.Helper()
	_, err := s.plugin.attach(args)
	var said *types.Error
	if !errors.As(err, &said) || !strings.Contains(said.Msg, words) {
		t.Errorf("%v, which does not say %q", err, words)
	}
}

func TestAPodThatMayLackItsVFsDoesNotStart(t *testing.T) {
	s := nodeWithPools(t)
	mustFail(t, s, s.args("box", "one"), "does not know the pod default/box")

	s.kubelet.Give("default", "box", map[string][]string{"sriov.lab/pf0": {"0000:01:00.1"}})
	s.node.Fail["ADD 0000:01:00.1"] = errors.New("the PF is gone")
	mustFail(t, s, s.args("box", "one"), "the PF is gone")

	s.kubelet.Stop()
	mustFail(t, s, s.args("box", "one"), "does not say which devices")

	s.pools = filepath.Join(t.TempDir(), "nothing")
	mustFail(t, s, s.args("box", "one"), "no such file")
}

func TestItHasToComeAfterThePodNetwork(t *testing.T) {
	s := nodeWithPools(t)
	args := s.args("box", "one")
	args.StdinData = []byte(`{"cniVersion":"1.0.0","name":"pods","type":"vf-attach"}`)
	mustFail(t, s, args, "after the plugin of the pod network")
}

func TestDELNeedsNeitherKubeletNorNetNSNorPools(t *testing.T) {
	s := nodeWithPools(t)
	s.kubelet.Give("default", "box", map[string][]string{"sriov.lab/pf0": {"0000:01:00.1"}})
	args := s.args("box", "one")
	s.mustAttach(args)
	s.kubelet.Stop()
	if err := os.Remove(s.pools); err != nil {
		t.Fatal(err)
	}
	args.Netns = ""
	if err := s.plugin.del(args); err != nil {
		t.Fatal(err)
	}
	if last := s.node.Calls()[1]; last.Command != "DEL" || last.NetNS != s.node.NetNS || last.Container != "one" || last.Interface != "net1" {
		t.Errorf("%+v", last)
	}
	if err := s.plugin.del(args); err != nil {
		t.Errorf("the second DEL: %v", err)
	}
}

func TestCHECKAndSTATUSTellWhatIsWrong(t *testing.T) {
	s := nodeWithPools(t)
	s.kubelet.Give("default", "box", map[string][]string{"sriov.lab/pf0": {"0000:01:00.1"}})
	args := s.args("box", "one")
	s.mustAttach(args)
	if err := errors.Join(s.plugin.check(args), s.plugin.status(args)); err != nil {
		t.Error(err)
	}
	s.node.EndNetNS()
	if s.plugin.check(args) == nil {
		t.Error("CHECK does not notice that the VF is gone")
	}
	s.kubelet.Stop()
	var said *types.Error
	if !errors.As(s.plugin.status(args), &said) || said.Code != errNotAvailable {
		t.Errorf("STATUS does not notice that the kubelet is gone: %v", said)
	}
}

func TestGCTakesBackWhatTheRuntimeNoLongerHas(t *testing.T) {
	s := nodeWithPools(t)
	s.kubelet.Give("default", "lost", map[string][]string{"sriov.lab/pf0": {"0000:01:00.1"}})
	s.kubelet.Give("default", "kept", map[string][]string{"sriov.lab/pf0": {"0000:01:00.2"}})
	s.mustAttach(s.args("lost", "one"))
	s.mustAttach(s.args("kept", "two"))
	args := &skel.CmdArgs{StdinData: []byte(`{"cniVersion":"1.1.0","name":"pods","cni.dev/valid-attachments":[{"containerID":"two","ifname":"eth0"}]}`)}
	if err := s.plugin.gc(args); err != nil {
		t.Fatal(err)
	}
	if s.plugin.attacher.Store.Holds("0000:01:00.1") || !s.plugin.attacher.Store.Holds("0000:01:00.2") {
		t.Error("it took back the wrong one")
	}
}
