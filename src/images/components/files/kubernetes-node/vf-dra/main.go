// Command vf-dra is a driver for dynamic resource allocation: it tells the cluster which VFs a node's pools have, and attaches those of
// a pod's claims when containerd has made the pod's sandbox (NRI). A pod whose VFs cannot be attached does not start.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"reflect"
	"syscall"
	"time"

	"github.com/containerd/nri/pkg/stub"
	"github.com/containernetworking/cni/pkg/invoke"
	resource "k8s.io/api/resource/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/dynamic-resource-allocation/kubeletplugin"
	"k8s.io/dynamic-resource-allocation/resourceslice"

	"sriov-lab/kubernetes-node/attachments"
	"sriov-lab/kubernetes-node/functions"
	"sriov-lab/kubernetes-node/pools"
)

const (
	driverName = "sriov.lab"
	stateFile  = "/var/lib/sriov-lab/dra.json"
	// Attaching has to be done within NRI's time limit, of 60 s.
	patience  = 20 * time.Second
	lookEvery = 2 * time.Second
)

type options struct{ pools, node, kubeconfig, cniPath string }

func run() error {
	var o options
	flag.StringVar(&o.pools, "pools", pools.File, "file with the node's pools")
	flag.StringVar(&o.node, "node", "", "name of the node")
	flag.StringVar(&o.kubeconfig, "kubeconfig", "/etc/kubernetes/vf-dra.kubeconfig", "how to reach the API server")
	flag.StringVar(&o.cniPath, "cni-path", "/opt/cni/bin", "folders with CNI plugins")
	version := flag.Bool("version", false, "say what this is and end")
	flag.Parse()
	if *version {
		fmt.Println("vf-dra of sriov-lab, the DRA driver", driverName)
		return nil
	}
	if o.node == "" {
		return errors.New("--node is missing")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return serve(ctx, o)
}

func serve(ctx context.Context, o options) error {
	all, err := pools.Read(o.pools)
	if err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", o.kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	d := &driver{
		node: o.node, pools: all, file: stateFile, sysfs: functions.Sysfs, claims: apiClaims{client},
		attacher: &attachments.Attacher{
			Store: attachments.Store{Folder: attachments.Folder}, Sysfs: functions.Sysfs, Links: attachments.Netlink{},
			Path: filepath.SplitList(o.cniPath), Exec: &invoke.DefaultExec{RawExec: &invoke.RawExec{Stderr: os.Stderr}},
			Log: os.Stderr, Patience: patience,
		},
	}
	if err := d.load(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(kubeletplugin.KubeletPluginsDir, driverName), 0o750); err != nil {
		return err
	}
	helper, err := kubeletplugin.Start(ctx, d, kubeletplugin.DriverName(driverName), kubeletplugin.NodeName(o.node),
		kubeletplugin.KubeClient(client), kubeletplugin.HealthService(false))
	if err != nil {
		return err
	}
	defer helper.Stop()
	go stayConnected(ctx, d)
	return d.publish(ctx, helper)
}

// publish tells the cluster the pools' devices, and again whenever they have changed.
func (d *driver) publish(ctx context.Context, helper *kubeletplugin.Helper) error {
	var told []resource.Device
	for first := true; ctx.Err() == nil; first = false {
		if devices := d.devices(); first || !reflect.DeepEqual(devices, told) {
			log.Printf("%d VFs", len(devices))
			pool := resourceslice.Pool{Slices: []resourceslice.Slice{{Devices: devices}}}
			resources := resourceslice.DriverResources{Pools: map[string]resourceslice.Pool{d.node: pool}}
			if err := helper.PublishResources(ctx, resources); err != nil {
				return err
			}
			told = devices
		}
		pause(ctx, lookEvery)
	}
	return nil
}

func pause(ctx context.Context, howLong time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(howLong):
	}
}

// stayConnected is containerd's plugin for as long as there is one: it connects again when containerd has started again.
func stayConnected(ctx context.Context, d *driver) {
	for ctx.Err() == nil {
		if err := connect(ctx, d); err != nil {
			log.Print("NRI: ", err)
		}
		pause(ctx, time.Second)
	}
}

func connect(ctx context.Context, d *driver) error {
	// Without this, the connection's end would be the program's.
	closed := make(chan struct{}, 1)
	plugin, err := stub.New(d, stub.WithPluginName("sriov-lab"), stub.WithPluginIdx("10"), stub.WithOnClose(func() {
		d.connected.Store(false)
		closed <- struct{}{}
	}))
	if err != nil {
		return err
	}
	if err := plugin.Start(ctx); err != nil {
		return err
	}
	d.connected.Store(true)
	log.Print("NRI: connected")
	select {
	case <-ctx.Done():
		plugin.Stop()
	case <-closed:
	}
	d.connected.Store(false)
	return errors.New("the connection has ended")
}

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Print(err)
		os.Exit(2)
	}
}
