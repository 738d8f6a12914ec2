package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	resource "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/dynamic-resource-allocation/kubeletplugin"

	"sriov-lab/kubernetes-node/attachments"
	"sriov-lab/kubernetes-node/functions"
	"sriov-lab/kubernetes-node/pools"
)

// device is a VF that a pod's claim has been allocated.
type device struct {
	Claim         types.NamespacedName `json:"claim"`
	ClaimUID      types.UID            `json:"claimUID"`
	Name          string               `json:"name"`
	VF            string               `json:"vf"`
	Configuration json.RawMessage      `json:"configuration"`
}

// driver is both the kubelet's plugin and containerd's.
type driver struct {
	node     string
	pools    []pools.Pool
	sysfs    string
	attacher *attachments.Attacher
	claims   claims
	// file keeps ofPods, so that a restart of this program or of the node forgets nothing.
	file string
	// connected tells whether containerd will say when there is a sandbox.
	connected atomic.Bool

	lock   sync.Mutex
	ofPods map[types.UID][]device
}

func (d *driver) load() error {
	d.ofPods = map[types.UID][]device{}
	text, err := os.ReadFile(d.file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(text, &d.ofPods)
}

func (d *driver) save() error {
	text, err := json.Marshal(d.ofPods)
	if err != nil {
		return err
	}
	fresh := d.file + ".new"
	if err := os.MkdirAll(filepath.Dir(d.file), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(fresh, text, 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, d.file)
}

func deviceName(vf string) string {
	return "vf-" + strings.NewReplacer(":", "-", ".", "-").Replace(vf)
}

// devices are the VFs that a pod can get or has: see the device plugin's.
func (d *driver) devices() []resource.Device {
	var devices []resource.Device
	for _, pool := range d.pools {
		for _, vf := range functions.Of(d.sysfs, pool.PF) {
			mac := vf.MAC
			if vf.Netdev == "" {
				// A pod has it: what is told of it stays.
				held, err := d.attacher.Store.AttachmentOf(vf.Address)
				if err != nil || held == nil {
					continue
				}
				mac = held.MAC
			}
			devices = append(devices, resource.Device{
				Name: deviceName(vf.Address),
				Attributes: map[resource.QualifiedName]resource.DeviceAttribute{
					"resource.kubernetes.io/pciBusID": {StringValue: &vf.Address},
					"nic":                             {StringValue: &pool.NIC},
					"pf":                              {StringValue: &pool.PF},
					"mac":                             {StringValue: &mac},
				},
			})
		}
	}
	return devices
}

// find returns the VF of a device, with its pool.
func (d *driver) find(name string) (string, pools.Pool, error) {
	for _, pool := range d.pools {
		for _, vf := range functions.Of(d.sysfs, pool.PF) {
			if deviceName(vf.Address) == name {
				return vf.Address, pool, nil
			}
		}
	}
	return "", pools.Pool{}, fmt.Errorf("this node has no VF %s", name)
}

// PrepareResourceClaims notes which VFs the sandboxes to come are to have.
func (d *driver) PrepareResourceClaims(_ context.Context, claims []*resource.ResourceClaim) (map[types.UID]kubeletplugin.PrepareResult, error) {
	results := map[types.UID]kubeletplugin.PrepareResult{}
	for _, claim := range claims {
		devices, err := d.prepare(claim)
		results[claim.UID] = kubeletplugin.PrepareResult{Devices: devices, Err: err}
	}
	return results, nil
}

func (d *driver) prepare(claim *resource.ResourceClaim) ([]kubeletplugin.Device, error) {
	// Without it nobody would attach the VF, and the pod would run without: the kubelet is to ask again.
	if !d.connected.Load() {
		return nil, errors.New("containerd is not connected (NRI)")
	}
	if claim.Status.Allocation == nil || len(claim.Status.ReservedFor) != 1 {
		return nil, fmt.Errorf("a VF is for one pod, and the claim is reserved for %d", len(claim.Status.ReservedFor))
	}
	var prepared []kubeletplugin.Device
	var devices []device
	for _, result := range claim.Status.Allocation.Devices.Results {
		if result.Driver != driverName {
			continue
		}
		vf, pool, err := d.find(result.Device)
		if err != nil {
			return nil, err
		}
		more, err := parameters(claim, result.Request)
		if err != nil {
			return nil, err
		}
		configuration, err := pool.Configuration(vf, more)
		if err != nil {
			return nil, err
		}
		devices = append(devices, device{
			Claim: types.NamespacedName{Namespace: claim.Namespace, Name: claim.Name}, ClaimUID: claim.UID,
			Name: result.Device, VF: vf, Configuration: configuration,
		})
		prepared = append(prepared, kubeletplugin.Device{Requests: []string{result.Request}, PoolName: result.Pool, DeviceName: result.Device})
	}
	return prepared, d.note(claim.Status.ReservedFor[0].UID, claim.UID, devices)
}

// parameters are those that the classes and the claim have for a request; the claim's stand behind the classes' and win.
func parameters(claim *resource.ResourceClaim, request string) (map[string]any, error) {
	more := map[string]any{}
	request, _, _ = strings.Cut(request, "/")
	for _, each := range claim.Status.Allocation.Devices.Config {
		if each.Opaque == nil || each.Opaque.Driver != driverName {
			continue
		}
		if len(each.Requests) > 0 && !slices.Contains(each.Requests, request) {
			continue
		}
		if err := json.Unmarshal(each.Opaque.Parameters.Raw, &more); err != nil {
			return nil, fmt.Errorf("the parameters are not keys of a CNI configuration: %w", err)
		}
	}
	return more, nil
}

func (d *driver) note(pod, claim types.UID, devices []device) error {
	d.lock.Lock()
	defer d.lock.Unlock()
	others := slices.DeleteFunc(d.ofPods[pod], func(each device) bool { return each.ClaimUID == claim })
	d.ofPods[pod] = append(others, devices...)
	return d.save()
}

func (d *driver) devicesOf(pod types.UID) []device {
	d.lock.Lock()
	defer d.lock.Unlock()
	return slices.Clone(d.ofPods[pod])
}

// UnprepareResourceClaims forgets them. A VF that is still in a sandbox is taken back first: the kubelet gives it to the next pod.
func (d *driver) UnprepareResourceClaims(ctx context.Context, claims []kubeletplugin.NamespacedObject) (map[types.UID]error, error) {
	results := map[types.UID]error{}
	for _, claim := range claims {
		results[claim.UID] = d.unprepare(ctx, claim.UID)
	}
	return results, nil
}

func (d *driver) unprepare(ctx context.Context, claim types.UID) error {
	d.lock.Lock()
	var vfs []string
	for _, devices := range d.ofPods {
		for _, each := range devices {
			if each.ClaimUID == claim {
				vfs = append(vfs, each.VF)
			}
		}
	}
	d.lock.Unlock()
	sandboxes, err := d.attacher.Store.All()
	if err != nil {
		return err
	}
	for _, sandbox := range sandboxes {
		if !slices.ContainsFunc(vfs, sandbox.Has) {
			continue
		}
		if err := d.attacher.Detach(ctx, sandbox.Container, ""); err != nil {
			return err
		}
	}
	d.lock.Lock()
	defer d.lock.Unlock()
	for pod, devices := range d.ofPods {
		d.ofPods[pod] = slices.DeleteFunc(devices, func(each device) bool { return each.ClaimUID == claim })
		if len(d.ofPods[pod]) == 0 {
			delete(d.ofPods, pod)
		}
	}
	return d.save()
}

// HandleError logs what goes wrong in the background.
func (d *driver) HandleError(_ context.Context, err error, message string) {
	log.Print(message, ": ", err)
}

// WatchHealthStatus has nothing to tell: a VF that is not well is not offered.
func (d *driver) WatchHealthStatus(ctx context.Context, _ chan<- kubeletplugin.DeviceHealthReport) error {
	<-ctx.Done()
	return nil
}
