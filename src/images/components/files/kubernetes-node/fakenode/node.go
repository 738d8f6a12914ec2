// Package fakenode stands for a node in tests: its sysfs, its CNI plugins and its kubelet.
package fakenode

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/containernetworking/cni/pkg/version"
)

// Node has a sysfs with VFs, and CNI plugins that move their interfaces into sandboxes and back.
type Node struct {
	version.PluginDecoder

	t      *testing.T
	Sysfs  string
	NetNS  string
	lock   sync.Mutex
	calls  []Call
	inside map[string]string
	// Fail has the plugin's command fail: "ADD 0000:01:00.1".
	Fail map[string]error
	// Idle has a plugin's command succeed without doing anything.
	Idle map[string]bool
}

// Call is one run of a plugin.
type Call struct{ Plugin, Command, Container, NetNS, Interface, Configuration string }

// New returns a node with the PFs, each with so many VFs, and a network namespace.
func New(t *testing.T, vfs map[string]int) *Node {
	t.Helper()
	node := &Node{t: t, Sysfs: t.TempDir(), inside: map[string]string{}, Fail: map[string]error{}, Idle: map[string]bool{}}
	for pf, count := range vfs {
		for index := range count {
			node.AddVF(pf, index, "virtio-pci")
		}
	}
	node.NetNS = filepath.Join(t.TempDir(), "netns")
	node.write(node.NetNS, "")
	return node
}

func (n *Node) write(file, text string) {
	n.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
		n.t.Fatal(err)
	}
}

func (n *Node) link(target, file string) {
	n.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.Symlink(target, file)); err != nil {
		n.t.Fatal(err)
	}
}

func (n *Node) device(address string) string {
	return filepath.Join(n.Sysfs, "bus/pci/devices", address)
}

// Address is that of a PF's VF, counted from 0.
func Address(pf string, index int) string {
	return fmt.Sprintf("%s.%d", strings.TrimSuffix(pf, ".0"), index+1)
}

// AddVF gives a PF another VF, with a network interface if its driver is one for networks.
func (n *Node) AddVF(pf string, index int, driver string) {
	n.t.Helper()
	vf := Address(pf, index)
	n.link("../"+vf, filepath.Join(n.device(pf), fmt.Sprintf("virtfn%d", index)))
	n.write(filepath.Join(n.device(vf), "numa_node"), "-1\n")
	n.Bind(vf, driver)
}

// Bind gives a VF another driver.
func (n *Node) Bind(vf, driver string) {
	n.t.Helper()
	link := filepath.Join(n.device(vf), "driver")
	_ = os.Remove(link)
	n.removeNetdev(vf)
	if driver == "" {
		return
	}
	n.link("../../drivers/"+driver, link)
	if driver == "virtio-pci" {
		n.comeBack(vf, Netdev(vf))
	}
}

// Netdev is the name of a VF's interface; MAC is its address.
func Netdev(vf string) string { return "enp" + strings.NewReplacer(":", "", ".", "v").Replace(vf[5:]) }

// MAC of a VF's interface.
func MAC(vf string) string { return "02:00:00:" + vf[5:7] + ":00:0" + vf[len(vf)-1:] }

func (n *Node) removeNetdev(vf string) {
	_ = os.RemoveAll(filepath.Join(n.device(vf), "virtio0/net"))
}

func (n *Node) comeBack(vf, name string) {
	n.write(filepath.Join(n.device(vf), "virtio0/net", name, "address"), MAC(vf)+"\n")
}

// EndNetNS ends the sandbox's namespace as a reboot or a crash does: without any plugin, and the kernel brings the interfaces back.
func (n *Node) EndNetNS() {
	n.t.Helper()
	n.lock.Lock()
	defer n.lock.Unlock()
	_ = os.Remove(n.NetNS)
	for name, vf := range n.inside {
		n.comeBack(vf, name)
	}
	clear(n.inside)
}

// Calls returns the plugins' runs so far.
func (n *Node) Calls() []Call {
	n.lock.Lock()
	defer n.lock.Unlock()
	return append([]Call(nil), n.calls...)
}

// FindInPath finds every plugin.
func (n *Node) FindInPath(plugin string, _ []string) (string, error) { return plugin, nil }

// ExecPlugin is a CNI plugin that attaches a VF, or host-local.
func (n *Node) ExecPlugin(_ context.Context, plugin string, stdin []byte, environment []string) ([]byte, error) {
	n.lock.Lock()
	defer n.lock.Unlock()
	values := map[string]string{}
	for _, each := range environment {
		key, value, _ := strings.Cut(each, "=")
		values[key] = value
	}
	call := Call{
		Plugin: plugin, Command: values["CNI_COMMAND"], Container: values["CNI_CONTAINERID"], NetNS: values["CNI_NETNS"],
		Interface: values["CNI_IFNAME"], Configuration: string(stdin),
	}
	n.calls = append(n.calls, call)
	_, rest, _ := strings.Cut(call.Configuration, `"deviceID":"`)
	vf, _, _ := strings.Cut(rest, `"`)
	if failure := n.Fail[call.Command+" "+vf]; failure != nil {
		return nil, failure
	}
	if plugin == "host-local" || n.Idle[call.Command+" "+vf] {
		return []byte(`{"cniVersion":"0.3.1"}`), nil
	}
	if _, err := os.Stat(call.NetNS); err != nil {
		return nil, fmt.Errorf("no namespace %q", call.NetNS)
	}
	if call.Command == "DEL" {
		delete(n.inside, call.Interface)
		n.removeNetdev(vf)
		n.comeBack(vf, Netdev(vf))
		return nil, nil
	}
	n.removeNetdev(vf)
	n.inside[call.Interface] = vf
	return fmt.Appendf(nil, `{"cniVersion":"0.3.1","ips":[{"version":"4","address":"10.0.0.10%s/24"}]}`, vf[len(vf)-1:]), nil
}

// MACIn finds what the plugins have moved.
func (n *Node) MACIn(_, name string) (string, error) {
	n.lock.Lock()
	defer n.lock.Unlock()
	vf, ok := n.inside[name]
	if !ok {
		return "", errors.New("no such interface")
	}
	return MAC(vf), nil
}

// Rename renames in sysfs.
func (n *Node) Rename(name, newName, _ string) error {
	found, _ := filepath.Glob(filepath.Join(n.Sysfs, "bus/pci/devices/*/virtio0/net", name))
	if len(found) != 1 {
		return fmt.Errorf("%d interfaces are called %s", len(found), name)
	}
	return os.Rename(found[0], filepath.Join(filepath.Dir(found[0]), newName))
}
