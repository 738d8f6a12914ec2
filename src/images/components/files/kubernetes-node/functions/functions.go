// Package functions reads the VFs of a PF from sysfs.
package functions

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Sysfs is where sysfs is mounted.
const Sysfs = "/sys"

// VF is a virtual function as the host's network namespace sees it.
type VF struct {
	// Address on the PCI bus: 0000:01:00.1.
	Address string
	// Netdev is its network interface's name; empty while it is in a pod, and without a network driver.
	Netdev string
	// MAC of the netdev; empty without one.
	MAC string
	// NUMA is the number of the node that it is nearest to; negative when the platform does not say.
	NUMA int64
}

func folder(sysfs, address string) string {
	return filepath.Join(sysfs, "bus/pci/devices", address)
}

// Of returns the VFs of a PF, in the order of their addresses. A PF that is not there has none.
func Of(sysfs, pf string) []VF {
	links, _ := filepath.Glob(filepath.Join(folder(sysfs, pf), "virtfn*"))
	var found []VF
	for _, link := range links {
		// One that goes away meanwhile is none.
		if target, err := os.Readlink(link); err == nil {
			found = append(found, At(sysfs, filepath.Base(target)))
		}
	}
	slices.SortFunc(found, func(a, b VF) int { return strings.Compare(a.Address, b.Address) })
	return found
}

// At reads the function at an address.
func At(sysfs, address string) VF {
	vf := VF{Address: address, NUMA: -1}
	if number, err := strconv.ParseInt(read(folder(sysfs, address), "numa_node"), 10, 64); err == nil {
		vf.NUMA = number
	}
	// A virtio function has a virtio device in between.
	for _, pattern := range []string{"net/*", "virtio*/net/*"} {
		netdevs, _ := filepath.Glob(filepath.Join(folder(sysfs, address), pattern))
		if len(netdevs) > 0 {
			vf.Netdev = filepath.Base(netdevs[0])
			vf.MAC = read(netdevs[0], "address")
			break
		}
	}
	return vf
}

// Driver is the name of the driver that the function is bound to; empty without one.
func Driver(sysfs, address string) string {
	target, err := os.Readlink(filepath.Join(folder(sysfs, address), "driver"))
	if err != nil {
		return ""
	}
	return filepath.Base(target)
}

func read(folder, name string) string {
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// String tells a VF for a log.
func (v VF) String() string {
	if v.Netdev == "" {
		return v.Address
	}
	return fmt.Sprintf("%s (%s)", v.Address, v.Netdev)
}
