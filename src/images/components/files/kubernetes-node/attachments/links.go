package attachments

import (
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

// Links looks at network interfaces and names them.
type Links interface {
	// MACIn returns the MAC of an interface in the network namespace at a path.
	MACIn(namespace, name string) (string, error)
	// Rename gives an interface of the host another name, and a MAC unless that is empty.
	Rename(name, newName, mac string) error
}

// Netlink is the kernel's.
type Netlink struct{}

// MACIn enters no namespace: the kernel answers from there.
func (Netlink) MACIn(namespace, name string) (string, error) {
	file, err := netns.GetFromPath(namespace)
	if err != nil {
		return "", fmt.Errorf("%s: %w", namespace, err)
	}
	defer file.Close()
	handle, err := netlink.NewHandleAt(file)
	if err != nil {
		return "", err
	}
	defer handle.Close()
	link, err := handle.LinkByName(name)
	if err != nil {
		return "", fmt.Errorf("%s in %s: %w", name, namespace, err)
	}
	return link.Attrs().HardwareAddr.String(), nil
}

// Rename takes the interface down for it: the kernel wants that.
func (Netlink) Rename(name, newName, mac string) error {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	if err := netlink.LinkSetDown(link); err != nil {
		return err
	}
	var failures []error
	if newName != name {
		failures = append(failures, netlink.LinkSetName(link, newName))
	}
	if mac != "" {
		address, err := net.ParseMAC(mac)
		if err == nil {
			err = netlink.LinkSetHardwareAddr(link, address)
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

// isThere tells whether a network namespace still has its path: a container runtime removes it with the namespace.
func isThere(namespace string) bool {
	if namespace == "" {
		return false
	}
	_, err := os.Stat(namespace)
	return err == nil
}
