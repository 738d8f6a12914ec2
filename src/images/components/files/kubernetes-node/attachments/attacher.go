package attachments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/containernetworking/cni/pkg/invoke"
	"github.com/containernetworking/cni/pkg/types"
	current "github.com/containernetworking/cni/pkg/types/100"

	"sriov-lab/kubernetes-node/functions"
)

// Attacher runs the plugins that attach VFs.
type Attacher struct {
	Store Store
	// Sysfs is where that is mounted.
	Sysfs string
	Links Links
	// Path is where the plugins are, as in CNI_PATH.
	Path []string
	Exec invoke.Exec
	// Log gets what is worth a line and no failure.
	Log io.Writer
	// Patience is how long to wait for a VF that another sandbox is about to give back, and for the kernel to bring one back.
	Patience time.Duration
}

// Wish is a VF that a sandbox is to have.
type Wish struct {
	VF            string
	Configuration []byte
}

const pollEvery = 100 * time.Millisecond

// Attach gives a sandbox the VFs, as net1, net2 and so on, and returns what the plugins said of each. If one of them cannot be attached, none is.
func (a *Attacher) Attach(ctx context.Context, sandbox Sandbox, wishes []Wish) ([]*current.Result, error) {
	if err := a.claim(ctx, &sandbox, wishes); err != nil {
		return nil, err
	}
	var results []*current.Result
	for _, each := range sandbox.Attachments {
		result, err := a.add(ctx, sandbox, each)
		if err != nil {
			failure := fmt.Errorf("%s as %s: %w", each.VF, each.Interface, err)
			return nil, errors.Join(failure, a.Detach(context.WithoutCancel(ctx), sandbox.Container, sandbox.NetNS))
		}
		results = append(results, result)
	}
	return results, nil
}

// claim records the attachments before anything is attached, so that Detach takes back what was cut short.
func (a *Attacher) claim(ctx context.Context, sandbox *Sandbox, wishes []Wish) error {
	for index, wish := range wishes {
		var plugin types.PluginConf
		if err := json.Unmarshal(wish.Configuration, &plugin); err != nil {
			return err
		}
		sandbox.Attachments = append(sandbox.Attachments, Attachment{
			Interface: fmt.Sprintf("net%d", index+1), VF: wish.VF, Plugin: plugin.Type, Configuration: wish.Configuration,
		})
	}
	// A pod that was deleted by force has given back its device, and not yet its VF: this sandbox waits for that.
	err := a.patiently(ctx, func() error {
		for index := range sandbox.Attachments {
			each := &sandbox.Attachments[index]
			vf := functions.At(a.Sysfs, each.VF)
			each.Driver, each.Netdev, each.MAC = functions.Driver(a.Sysfs, each.VF), vf.Netdev, vf.MAC
		}
		err := a.Store.Claim(*sandbox)
		var held *HeldError
		if errors.As(err, &held) && !isThere(held.Holder.NetNS) {
			// Nobody will come for it: its namespace is gone, and the VF with that has come back.
			if failure := a.Detach(ctx, held.Holder.Container, ""); failure != nil {
				return errors.Join(err, failure)
			}
			return errAgain
		}
		if err != nil {
			return err
		}
		for _, each := range sandbox.Attachments {
			if each.Netdev == "" {
				return errors.Join(fmt.Errorf("the VF %s has no network interface on this node", each.VF), a.Store.Forget(sandbox.Container))
			}
		}
		return nil
	})
	return err
}

var errAgain = errors.New("the VF has just come back")

// patiently repeats what fails, until its time is up.
func (a *Attacher) patiently(ctx context.Context, work func() error) error {
	deadline := time.Now().Add(a.Patience)
	for {
		err := work()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(pollEvery):
		}
	}
}

func joined(path []string) string { return strings.Join(path, string(os.PathListSeparator)) }

func arguments(command string, sandbox Sandbox, each Attachment, path string) *invoke.Args {
	return &invoke.Args{
		Command: command, ContainerID: sandbox.Container, NetNS: sandbox.NetNS, IfName: each.Interface,
		PluginArgsStr: sandbox.Arguments, Path: path,
	}
}

func (a *Attacher) add(ctx context.Context, sandbox Sandbox, each Attachment) (*current.Result, error) {
	program, err := a.Exec.FindInPath(each.Plugin, a.Path)
	if err != nil {
		return nil, err
	}
	args := arguments("ADD", sandbox, each, joined(a.Path))
	said, err := invoke.ExecPluginWithResult(ctx, program, each.Configuration, args, a.Exec)
	if err != nil {
		return nil, err
	}
	result, err := current.NewResultFromResult(said)
	if err != nil {
		return nil, err
	}
	// A plugin that "succeeds" without the VF in the sandbox must not let a pod start.
	mac, err := a.Links.MACIn(sandbox.NetNS, each.Interface)
	if err != nil {
		return nil, fmt.Errorf("%s says that it is attached, and it is not: %w", each.Plugin, err)
	}
	return describe(result, sandbox, each, mac), nil
}

// describe makes the result say which interface it is about: SR-IOV CNI 2.1.0 leaves that out.
func describe(result *current.Result, sandbox Sandbox, each Attachment, mac string) *current.Result {
	result.Interfaces = []*current.Interface{{Name: each.Interface, Mac: mac, Sandbox: sandbox.NetNS, PciID: each.VF}}
	for _, address := range result.IPs {
		address.Interface = current.Int(0)
	}
	return result
}

// Detach takes back all VFs of a sandbox. `netns` may be empty. A sandbox that has none is no error, nor is one that is half gone;
// a VF that has not come back is, and the next Detach tries again.
func (a *Attacher) Detach(ctx context.Context, container, netns string) error {
	sandbox, err := a.Store.Find(container)
	if err != nil || sandbox == nil {
		return err
	}
	if netns != "" {
		sandbox.NetNS = netns
	}
	var failures []error
	for _, each := range sandbox.Attachments {
		if err := a.takeBack(ctx, *sandbox, each); err != nil {
			failures = append(failures, fmt.Errorf("%s (%s): %w", each.VF, each.Interface, err))
		}
	}
	if len(failures) > 0 {
		return errors.Join(failures...)
	}
	return a.Store.Forget(container)
}

func (a *Attacher) takeBack(ctx context.Context, sandbox Sandbox, each Attachment) error {
	wasThere := isThere(sandbox.NetNS)
	failure := a.run(ctx, each.Plugin, arguments("DEL", sandbox, each, joined(a.Path)), each.Configuration)
	if failure != nil || !wasThere {
		// The plugin may not have got as far as the address.
		failure = errors.Join(failure, a.releaseAddress(ctx, sandbox, each))
	}
	if functions.Driver(a.Sysfs, each.VF) != each.Driver {
		// It is gone, or someone has given it to another driver meanwhile: it has no interface to come back.
		return nil
	}
	var vf functions.VF
	err := a.patiently(ctx, func() error {
		if vf = functions.At(a.Sysfs, each.VF); vf.Netdev == "" {
			return errors.Join(errors.New("its interface has not come back"), failure)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if failure != nil {
		fmt.Fprintf(a.Log, "%s is back, though: %v\n", vf, failure)
	}
	a.restore(vf, each, wasThere)
	return nil
}

// restore gives an interface its own name and MAC again where the plugin has not. After a reboot it may have another MAC.
func (a *Attacher) restore(vf functions.VF, each Attachment, withMAC bool) {
	mac := ""
	if withMAC && vf.MAC != each.MAC {
		mac = each.MAC
	}
	if vf.Netdev == each.Netdev && mac == "" {
		return
	}
	if err := a.Links.Rename(vf.Netdev, each.Netdev, mac); err != nil {
		fmt.Fprintf(a.Log, "%s does not get the name %s back: %v\n", vf, each.Netdev, err)
	}
}

func (a *Attacher) releaseAddress(ctx context.Context, sandbox Sandbox, each Attachment) error {
	var plugin types.PluginConf
	if err := json.Unmarshal(each.Configuration, &plugin); err != nil {
		return err
	}
	if plugin.IPAM.Type == "" {
		return nil
	}
	return a.run(ctx, plugin.IPAM.Type, arguments("DEL", sandbox, each, joined(a.Path)), each.Configuration)
}

func (a *Attacher) run(ctx context.Context, plugin string, args *invoke.Args, configuration []byte) error {
	program, err := a.Exec.FindInPath(plugin, a.Path)
	if err != nil {
		return err
	}
	return invoke.ExecPluginWithoutResult(ctx, program, configuration, args, a.Exec)
}

// Check says which interfaces of a sandbox are not in it.
func (a *Attacher) Check(container, netns string) error {
	sandbox, err := a.Store.Find(container)
	if err != nil || sandbox == nil {
		return err
	}
	var failures []error
	for _, each := range sandbox.Attachments {
		_, err := a.Links.MACIn(netns, each.Interface)
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}
