// sriov-virtio is SR-IOV CNI for virtio NICs: it runs the plugin `sriov` that lies beside it, unmodified, where sysfs shows virtio functions as
// it shows physical ones. What it mounts for that only the plugin and its children see, and it is gone when they end, however they end.
// For other NICs all is as it is without it.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"sriov-lab/sriov-cni/view"
)

const (
	sysfs  = "/sys"
	plugin = "sriov"
)

func main() {
	if err := run(); err != nil {
		// An error as a CNI plugin tells it; 11 is its "try again later".
		said, _ := json.Marshal(map[string]any{"cniVersion": "0.3.1", "code": 11, "msg": "sriov-virtio: " + err.Error()})
		fmt.Println(string(said))
		os.Exit(1)
	}
}

func run() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	shown, err := view.Of(sysfs)
	if err != nil {
		return fmt.Errorf("reading sysfs: %w", err)
	}
	if shown.HasVirtio() {
		if err := mount(shown); err != nil {
			return fmt.Errorf("showing virtio functions as physical ones: %w", err)
		}
	}
	path := filepath.Join(filepath.Dir(self), plugin)
	if err := syscall.Exec(path, []string{path}, os.Environ()); err != nil {
		return fmt.Errorf("running %s: %w", path, err)
	}
	return nil
}

// mount replaces the two folders of sysfs in a mount namespace of this thread's own, which the plugin inherits.
func mount(shown view.View) error {
	runtime.LockOSThread()
	if err := syscall.Unshare(syscall.CLONE_NEWNS); err != nil {
		return err
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return err
	}
	for folder, entries := range map[string][]view.Entry{view.Devices: shown.Devices, view.Netdevs: shown.Netdevs} {
		path := filepath.Join(sysfs, folder)
		if err := syscall.Mount("tmpfs", path, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV|syscall.MS_NOEXEC, "mode=755"); err != nil {
			return err
		}
		if err := view.Write(entries, path); err != nil {
			return err
		}
	}
	return nil
}
