// Command vf-attach is a CNI plugin, the last in the chain of the pod network. It has another plugin attach each VF that the kubelet has
// given to the pod. A pod whose VFs cannot be attached does not start.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/containernetworking/cni/pkg/invoke"
	"github.com/containernetworking/cni/pkg/skel"
	"github.com/containernetworking/cni/pkg/types"
	current "github.com/containernetworking/cni/pkg/types/100"
	"github.com/containernetworking/cni/pkg/version"

	"sriov-lab/kubernetes-node/attachments"
	"sriov-lab/kubernetes-node/functions"
	"sriov-lab/kubernetes-node/pools"
)

const (
	podResources = "/var/lib/kubelet/pod-resources/kubelet.sock"
	// The kubelet gives a sandbox two minutes at least.
	timeLimit = 100 * time.Second
	patience  = 30 * time.Second
	// CNI 1.1's code for a plugin that cannot attach anything now.
	errNotAvailable = 50
)

// configuration is the plugin's own. All of it has a default.
type configuration struct {
	types.PluginConf
	// Pools is a file: see pools.File.
	Pools string `json:"pools"`
	// Kubelet is the socket that tells which devices a pod has.
	Kubelet string `json:"kubelet"`
}

func read(stdin []byte) (configuration, error) {
	read := configuration{Pools: pools.File, Kubelet: podResources}
	if err := json.Unmarshal(stdin, &read); err != nil {
		return read, types.NewError(types.ErrDecodingFailure, "vf-attach: its configuration is not JSON", err.Error())
	}
	return read, nil
}

type plugin struct{ attacher *attachments.Attacher }

func newPlugin() *plugin {
	return &plugin{&attachments.Attacher{
		Store: attachments.Store{Folder: attachments.Folder}, Sysfs: functions.Sysfs, Links: attachments.Netlink{},
		Path: filepath.SplitList(os.Getenv("CNI_PATH")),
		Exec: &invoke.DefaultExec{RawExec: &invoke.RawExec{Stderr: os.Stderr}},
		Log:  os.Stderr, Patience: patience,
	}}
}

// retry is the error of something that may go well the next time.
func retry(err error) error {
	return types.NewError(types.ErrTryAgainLater, "vf-attach: "+err.Error(), "")
}

func (p *plugin) add(args *skel.CmdArgs) error {
	result, err := p.attach(args)
	if err != nil {
		return err
	}
	return result.Print()
}

// attach returns the result of the plugins before this one, with the VFs' interfaces and addresses.
func (p *plugin) attach(args *skel.CmdArgs) (types.Result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeLimit)
	defer cancel()
	conf, err := read(args.StdinData)
	if err != nil {
		return nil, err
	}
	if err := version.ParsePrevResult(&conf.PluginConf); err != nil || conf.PrevResult == nil {
		return nil, types.NewError(types.ErrInvalidNetworkConfig, "vf-attach: it has to come after the plugin of the pod network", "")
	}
	result, err := current.NewResultFromResult(conf.PrevResult)
	if err != nil {
		return nil, err
	}
	wishes, err := wishesOf(ctx, conf, args.Args)
	if err != nil {
		return nil, retry(err)
	}
	if len(wishes) > 0 {
		sandbox := attachments.Sandbox{Container: args.ContainerID, NetNS: args.Netns, Arguments: args.Args}
		attached, err := p.attacher.Attach(ctx, sandbox, wishes)
		if err != nil {
			return nil, retry(err)
		}
		for _, each := range attached {
			merge(result, each)
		}
	}
	return result.GetAsVersion(conf.CNIVersion)
}

// merge adds the one interface of a VF, with its addresses.
func merge(result, vf *current.Result) {
	index := len(result.Interfaces)
	result.Interfaces = append(result.Interfaces, vf.Interfaces...)
	for _, address := range vf.IPs {
		address.Interface = current.Int(index)
		result.IPs = append(result.IPs, address)
	}
}

func (p *plugin) del(args *skel.CmdArgs) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeLimit)
	defer cancel()
	if err := p.attacher.Detach(ctx, args.ContainerID, args.Netns); err != nil {
		return retry(err)
	}
	return nil
}

func (p *plugin) check(args *skel.CmdArgs) error {
	return p.attacher.Check(args.ContainerID, args.Netns)
}

// status fails while a pod with a VF could not start.
func (p *plugin) status(args *skel.CmdArgs) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conf, err := read(args.StdinData)
	if err == nil {
		_, err = pools.Read(conf.Pools)
	}
	if err == nil {
		_, err = podsOf(ctx, conf.Kubelet)
	}
	if err != nil {
		return types.NewError(errNotAvailable, "vf-attach: "+err.Error(), "")
	}
	return nil
}

// gc takes back the VFs of all sandboxes but those that the runtime still has.
func (p *plugin) gc(args *skel.CmdArgs) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeLimit)
	defer cancel()
	conf, err := read(args.StdinData)
	if err != nil {
		return err
	}
	valid := map[string]bool{}
	for _, each := range conf.ValidAttachments {
		valid[each.ContainerID] = true
	}
	all, err := p.attacher.Store.All()
	if err != nil {
		return err
	}
	for _, sandbox := range all {
		if valid[sandbox.Container] {
			continue
		}
		if err := p.attacher.Detach(ctx, sandbox.Container, ""); err != nil {
			return retry(fmt.Errorf("sandbox %s: %w", sandbox.Container, err))
		}
	}
	return nil
}

func main() {
	p := newPlugin()
	skel.PluginMainFuncs(
		skel.CNIFuncs{Add: p.add, Del: p.del, Check: p.check, Status: p.status, GC: p.gc},
		version.All, "vf-attach: attaches the VFs that the kubelet has given to a pod",
	)
}
