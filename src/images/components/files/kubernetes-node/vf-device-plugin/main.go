// Command vf-device-plugin offers the VFs of a node's pools to the kubelet, as one resource for each pool.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"sync"
	"syscall"

	deviceplugin "k8s.io/kubelet/pkg/apis/deviceplugin/v1beta1"

	"sriov-lab/kubernetes-node/attachments"
	"sriov-lab/kubernetes-node/functions"
	"sriov-lab/kubernetes-node/pools"
)

func run() error {
	file := flag.String("pools", pools.File, "file with the node's pools")
	folder := flag.String("kubelet", deviceplugin.DevicePluginPath, "folder with the kubelet's socket for device plugins")
	version := flag.Bool("version", false, "say what this is and end")
	flag.Parse()
	if *version {
		fmt.Println("vf-device-plugin of sriov-lab, for the device plugin API", deviceplugin.Version)
		return nil
	}
	all, err := pools.Read(*file)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errors.New(*file + " has no pools")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	var running sync.WaitGroup
	for _, pool := range all {
		o := &offer{pool: pool, folder: *folder, sysfs: functions.Sysfs, store: attachments.Store{Folder: attachments.Folder}, every: lookEvery}
		running.Go(func() { o.keepUp(ctx) })
	}
	running.Wait()
	return nil
}

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Print(err)
		os.Exit(2)
	}
}
