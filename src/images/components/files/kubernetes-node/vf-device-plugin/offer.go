package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	deviceplugin "k8s.io/kubelet/pkg/apis/deviceplugin/v1beta1"

	"sriov-lab/kubernetes-node/attachments"
	"sriov-lab/kubernetes-node/functions"
	"sriov-lab/kubernetes-node/pools"
)

const (
	// A pod that had VFs before a reboot fails for good if the kubelet admits it before it knows of them: as soon as it is there, it has to.
	glanceEvery = 50 * time.Millisecond
	retryEvery  = 200 * time.Millisecond
	lookEvery   = time.Second
	// A kubelet that does not answer is asked again.
	answerLimit = 10 * time.Second
)

// offer is one pool's device plugin, with a socket of its own.
type offer struct {
	deviceplugin.UnimplementedDevicePluginServer
	pool pools.Pool
	// folder has the sockets: the kubelet's, and those of device plugins.
	folder string
	sysfs  string
	store  attachments.Store
	every  time.Duration
}

func (o *offer) socket() string { return filepath.Join(o.folder, "sriov-lab-"+o.pool.NIC+".sock") }
func (o *offer) kubelet() string {
	return filepath.Join(o.folder, filepath.Base(deviceplugin.KubeletSocket))
}

// keepUp offers the pool until the context ends. A kubelet that starts removes all sockets in the folder and forgets who has registered:
// the pool is offered anew then.
func (o *offer) keepUp(ctx context.Context) {
	said := ""
	for ctx.Err() == nil {
		err := o.offer(ctx)
		if err == nil {
			pause(ctx, glanceEvery)
			continue
		}
		// A socket that a kubelet has left answers nobody until the next one makes its own: once said is enough.
		if now := err.Error(); now != said {
			said = now
			log.Printf("%s: %s", o.pool.Resource, now)
		}
		pause(ctx, retryEvery)
	}
}

func pause(ctx context.Context, howLong time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(howLong):
	}
}

// offer registers with the kubelet that runs, and returns when that has gone or the context ends.
func (o *offer) offer(ctx context.Context) error {
	kubelet := identity(o.kubelet())
	if kubelet == nil {
		return nil
	}
	_ = os.Remove(o.socket())
	listener, err := net.Listen("unix", o.socket())
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	deviceplugin.RegisterDevicePluginServer(server, o)
	defer server.Stop()
	go func() { _ = server.Serve(listener) }()
	if err := o.register(ctx); err != nil {
		return err
	}
	log.Printf("%s: registered", o.pool.Resource)
	for ctx.Err() == nil {
		if now := identity(o.kubelet()); now == nil || !os.SameFile(kubelet, now) || identity(o.socket()) == nil {
			log.Printf("%s: the kubelet has ended or started again", o.pool.Resource)
			return nil
		}
		pause(ctx, glanceEvery)
	}
	return nil
}

// identity is that of a file; nil if there is none.
func identity(path string) os.FileInfo {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	return info
}

func (o *offer) register(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	connection, err := grpc.NewClient("unix://"+o.kubelet(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	_, err = deviceplugin.NewRegistrationClient(connection).Register(ctx, &deviceplugin.RegisterRequest{
		Version: deviceplugin.Version, Endpoint: filepath.Base(o.socket()), ResourceName: o.pool.Resource,
	})
	if err != nil {
		return fmt.Errorf("the kubelet does not register it: %w", err)
	}
	return nil
}

// devices are the PF's VFs. Healthy is one that a pod can get or has: its network interface is here, or it has been attached. One that
// vfio or vDPA has, or that someone has moved to another namespace, is neither.
func (o *offer) devices() []*deviceplugin.Device {
	var devices []*deviceplugin.Device
	for _, vf := range functions.Of(o.sysfs, o.pool.PF) {
		device := &deviceplugin.Device{ID: vf.Address, Health: deviceplugin.Unhealthy}
		if o.store.Holds(vf.Address) || vf.Netdev != "" {
			device.Health = deviceplugin.Healthy
		}
		if vf.NUMA >= 0 {
			device.Topology = &deviceplugin.TopologyInfo{Nodes: []*deviceplugin.NUMANode{{ID: vf.NUMA}}}
		}
		devices = append(devices, device)
	}
	return devices
}

func describe(devices []*deviceplugin.Device) string {
	var all []string
	for _, device := range devices {
		all = append(all, device.GetID()+" "+device.GetHealth())
	}
	if len(all) == 0 {
		return "no VFs"
	}
	return strings.Join(all, ", ")
}

// GetDevicePluginOptions is the kubelet's question what else it has to ask: nothing.
func (o *offer) GetDevicePluginOptions(context.Context, *deviceplugin.Empty) (*deviceplugin.DevicePluginOptions, error) {
	return &deviceplugin.DevicePluginOptions{}, nil
}

// ListAndWatch tells the devices, and again whenever they have changed.
func (o *offer) ListAndWatch(_ *deviceplugin.Empty, stream grpc.ServerStreamingServer[deviceplugin.ListAndWatchResponse]) error {
	told := ""
	for stream.Context().Err() == nil {
		devices := o.devices()
		if now := describe(devices); now != told {
			log.Printf("%s: %s", o.pool.Resource, now)
			if err := stream.Send(&deviceplugin.ListAndWatchResponse{Devices: devices}); err != nil {
				return err
			}
			told = now
		}
		pause(stream.Context(), o.every)
	}
	return nil
}

// Allocate names the VFs to the container, in the variable that SR-IOV's own device plugin has for it. vf-attach brings them.
func (o *offer) Allocate(_ context.Context, request *deviceplugin.AllocateRequest) (*deviceplugin.AllocateResponse, error) {
	healthy := map[string]bool{}
	for _, device := range o.devices() {
		healthy[device.GetID()] = device.GetHealth() == deviceplugin.Healthy
	}
	variable := "PCIDEVICE_" + strings.ToUpper(strings.NewReplacer(".", "_", "/", "_", "-", "_").Replace(o.pool.Resource))
	answer := &deviceplugin.AllocateResponse{}
	for _, container := range request.GetContainerRequests() {
		vfs := container.GetDevicesIds()
		if lacking := slices.IndexFunc(vfs, func(vf string) bool { return !healthy[vf] }); lacking >= 0 {
			return nil, fmt.Errorf("the VF %s has no network interface on this node", vfs[lacking])
		}
		answer.ContainerResponses = append(answer.ContainerResponses, &deviceplugin.ContainerAllocateResponse{
			Envs: map[string]string{variable: strings.Join(vfs, ",")},
		})
	}
	return answer, nil
}
