// Package view shows the PCI functions of virtio NICs in sysfs as a physical NIC's are.
//
// A physical function has its netdevs in net/. A virtio function has a virtio device in between: virtio3/net/, and the netdev's
// `device` is that, without sriov_numvfs and virtfn0. Programs that read sysfs for physical NICs, SR-IOV CNI among them, find nothing.
package view

import (
	"os"
	"path/filepath"
	"strings"
)

const (
	// Devices and Netdevs are the two folders of sysfs that the view replaces, relative to where sysfs is mounted.
	Devices = "bus/pci/devices"
	Netdevs = "class/net"

	devicesFromNetdev = "../../../" + Devices
)

// Entry is a symbolic link of the view, or a folder of them.
type Entry struct {
	Name string
	// Target is empty for a folder.
	Target  string
	Entries []Entry
}

// View is what each of the two folders holds instead.
type View struct {
	Devices []Entry
	Netdevs []Entry
}

// HasVirtio tells whether there is anything that is shown in another way than it is.
func (v View) HasVirtio() bool {
	for _, entry := range v.Devices {
		if entry.Target == "" {
			return true
		}
	}
	return false
}

// Of reads sysfs, which is mounted at sys, and changes nothing. All but virtio NICs and their VFs is linked to as it is.
func Of(sys string) (View, error) {
	devices, err := each(filepath.Join(sys, Devices), device)
	if err != nil {
		return View{}, err
	}
	netdevs, err := each(filepath.Join(sys, Netdevs), netdev)
	if err != nil {
		return View{}, err
	}
	return View{Devices: devices, Netdevs: netdevs}, nil
}

func each(folder string, entry func(name, real string) (Entry, error)) ([]Entry, error) {
	links, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, 0, len(links))
	for _, link := range links {
		// A device that goes away meanwhile is none; class/net has files beside the netdevs.
		real, err := filepath.EvalSymlinks(filepath.Join(folder, link.Name()))
		if err != nil || link.Type()&os.ModeSymlink == 0 {
			continue
		}
		shown, err := entry(link.Name(), real)
		if err != nil {
			return nil, err
		}
		entries = append(entries, shown)
	}
	return entries, nil
}

// netOf is the folder of a virtio function's netdevs; empty for any other function, and for a virtio function without a driver.
func netOf(function string) string {
	found, _ := filepath.Glob(filepath.Join(function, "virtio*", "net"))
	if len(found) == 0 {
		return ""
	}
	return found[0]
}

// device shows a PCI function: net/ is where a physical function's is, and its PF and VFs are those of the view.
func device(name, real string) (Entry, error) {
	net := netOf(real)
	if net == "" && netOf(filepath.Join(real, "physfn")) == "" {
		return Entry{Name: name, Target: real}, nil
	}
	shown, err := linksInto(name, real, func(entry string) string {
		if entry != "physfn" && !strings.HasPrefix(entry, "virtfn") {
			return filepath.Join(real, entry)
		}
		other, err := os.Readlink(filepath.Join(real, entry))
		if err != nil {
			return filepath.Join(real, entry)
		}
		return filepath.Join("..", filepath.Base(other))
	})
	if net != "" {
		shown.Entries = append(shown.Entries, Entry{Name: "net", Target: net})
	}
	return shown, err
}

// netdev shows a netdev: its device is the PCI function, where that of a virtio NIC is the virtio device.
func netdev(name, real string) (Entry, error) {
	virtio, err := filepath.EvalSymlinks(filepath.Join(real, "device"))
	if err != nil || netOf(filepath.Dir(virtio)) != filepath.Join(virtio, "net") {
		return Entry{Name: name, Target: real}, nil
	}
	function := filepath.Base(filepath.Dir(virtio))
	return linksInto(name, real, func(entry string) string {
		if entry == "device" {
			return filepath.Join(devicesFromNetdev, function)
		}
		return filepath.Join(real, entry)
	})
}

func linksInto(name, folder string, target func(entry string) string) (Entry, error) {
	there, err := os.ReadDir(folder)
	if err != nil {
		return Entry{}, err
	}
	shown := Entry{Name: name}
	for _, entry := range there {
		shown.Entries = append(shown.Entries, Entry{Name: entry.Name(), Target: target(entry.Name())})
	}
	return shown, nil
}

// Write makes the entries in a folder that is there.
func Write(entries []Entry, folder string) error {
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name)
		if entry.Target != "" {
			if err := os.Symlink(entry.Target, path); err != nil {
				return err
			}
			continue
		}
		if err := os.Mkdir(path, 0o755); err != nil {
			return err
		}
		if err := Write(entry.Entries, path); err != nil {
			return err
		}
	}
	return nil
}
