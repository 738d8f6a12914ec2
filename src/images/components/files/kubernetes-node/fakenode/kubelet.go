package fakenode

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	deviceplugin "k8s.io/kubelet/pkg/apis/deviceplugin/v1beta1"
	podresources "k8s.io/kubelet/pkg/apis/podresources/v1"
)

// Kubelet has the two sockets that the node's programs know: the one that device plugins register at, and the one that tells pods' devices.
type Kubelet struct {
	deviceplugin.UnimplementedRegistrationServer
	podresources.UnimplementedPodResourcesListerServer

	t      *testing.T
	folder string
	server *grpc.Server
	// Registered gets each request of a device plugin.
	Registered chan *deviceplugin.RegisterRequest

	lock sync.Mutex
	pods []*podresources.PodResources
}

// NewKubelet returns one that does not run yet, with a folder for its sockets.
func NewKubelet(t *testing.T) *Kubelet {
	t.Helper()
	// Not t.TempDir: its path may be longer than that of a socket can be.
	folder, err := os.MkdirTemp("", "kubelet")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	k := &Kubelet{t: t, folder: folder, Registered: make(chan *deviceplugin.RegisterRequest, 100)}
	t.Cleanup(k.Stop)
	return k
}

// Folder is where device plugins have their sockets, with the kubelet's.
func (k *Kubelet) Folder() string { return k.folder }

// Socket is the kubelet's, for both services.
func (k *Kubelet) Socket() string { return filepath.Join(k.folder, "kubelet.sock") }

// Start starts it as a kubelet does: all sockets in its folder are removed first.
func (k *Kubelet) Start() {
	k.t.Helper()
	sockets, _ := filepath.Glob(filepath.Join(k.folder, "*.sock"))
	for _, socket := range sockets {
		_ = os.Remove(socket)
	}
	listener, err := net.Listen("unix", k.Socket())
	if err != nil {
		k.t.Fatal(err)
	}
	server := grpc.NewServer()
	deviceplugin.RegisterRegistrationServer(server, k)
	podresources.RegisterPodResourcesListerServer(server, k)
	// Stop may come before it has begun.
	go func() { _ = server.Serve(listener) }()
	k.server = server
}

// LeaveSocket leaves what a kubelet leaves that a reboot has ended.
func (k *Kubelet) LeaveSocket() {
	k.t.Helper()
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: k.Socket(), Net: "unix"})
	if err != nil {
		k.t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	_ = listener.Close()
}

// Stop ends it.
func (k *Kubelet) Stop() {
	if k.server != nil {
		k.server.Stop()
		k.server = nil
	}
}

// Give has a pod's container hold devices.
func (k *Kubelet) Give(namespace, name string, devices map[string][]string) {
	k.lock.Lock()
	defer k.lock.Unlock()
	container := &podresources.ContainerResources{Name: "box"}
	for resource, ids := range devices {
		container.Devices = append(container.Devices, &podresources.ContainerDevices{ResourceName: resource, DeviceIds: ids})
	}
	k.pods = append(k.pods, &podresources.PodResources{
		Namespace: namespace, Name: name, Containers: []*podresources.ContainerResources{container},
	})
}

// List is the service's.
func (k *Kubelet) List(context.Context, *podresources.ListPodResourcesRequest) (*podresources.ListPodResourcesResponse, error) {
	k.lock.Lock()
	defer k.lock.Unlock()
	return &podresources.ListPodResourcesResponse{PodResources: k.pods}, nil
}

// Register is the service's.
func (k *Kubelet) Register(_ context.Context, request *deviceplugin.RegisterRequest) (*deviceplugin.Empty, error) {
	k.Registered <- request
	return &deviceplugin.Empty{}, nil
}

// Plugin connects to a device plugin that has registered.
func (k *Kubelet) Plugin(endpoint string) deviceplugin.DevicePluginClient {
	k.t.Helper()
	connection, err := grpc.NewClient("unix://"+filepath.Join(k.folder, endpoint), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() { _ = connection.Close() })
	return deviceplugin.NewDevicePluginClient(connection)
}
