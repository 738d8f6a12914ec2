// Package pools reads what a node's VFs are offered as: one pool for each NIC with VFs.
package pools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"regexp"
)

// File is where a node has its pools.
const File = "/etc/sriov-lab/pools.json"

// Pool is the VFs of one NIC, which pods ask for as one resource.
type Pool struct {
	NIC string `json:"nic"`
	// Resource is what a pod asks a device plugin for: sriov.lab/pf0.
	Resource string `json:"resource"`
	// PF is its address on the PCI bus: 0000:01:00.0.
	PF string `json:"pf"`
	// Plugin is the CNI plugin that attaches a VF.
	Plugin string `json:"plugin"`
	// Subnet is the network of the VFs in CIDR notation; Addresses are those of it that pods get.
	Subnet    string    `json:"subnet"`
	Addresses Addresses `json:"addresses"`
	// Settings are more keys of the plugin's configuration: vlan, for example.
	Settings map[string]any `json:"settings,omitempty"`
}

// Addresses is a range with both of its ends.
type Addresses struct {
	First string `json:"first"`
	Last  string `json:"last"`
}

var (
	pciAddress = regexp.MustCompile(`^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$`)
	// The NIC's name becomes that of a file and of a network.
	nicName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
)

// Read returns the pools of a file. Each of them is complete and differs from the others in NIC, resource and PF.
func Read(file string) ([]Pool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var content struct {
		Pools []Pool `json:"pools"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&content); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var problems []error
	known := map[string]bool{}
	for index, pool := range content.Pools {
		for _, problem := range pool.problems() {
			problems = append(problems, fmt.Errorf("%s: pool %d: %w", file, index+1, problem))
		}
		for _, own := range []string{"nic " + pool.NIC, "resource " + pool.Resource, "pf " + pool.PF} {
			if known[own] {
				problems = append(problems, fmt.Errorf("%s: pool %d: another pool has the %s, too", file, index+1, own))
			}
			known[own] = true
		}
	}
	return content.Pools, errors.Join(problems...)
}

func (p Pool) problems() (problems []error) {
	wrong := func(format string, values ...any) { problems = append(problems, fmt.Errorf(format, values...)) }
	if !nicName.MatchString(p.NIC) {
		wrong("nic %q is not a name", p.NIC)
	}
	if !pciAddress.MatchString(p.PF) {
		wrong("pf %q is not a PCI address such as 0000:01:00.0", p.PF)
	}
	if p.Resource == "" {
		wrong("resource is missing")
	}
	if p.Plugin == "" {
		wrong("plugin is missing")
	}
	subnet, err := netip.ParsePrefix(p.Subnet)
	if err != nil {
		wrong("subnet %q is not a network such as 10.0.0.0/24", p.Subnet)
		return problems
	}
	for _, text := range []string{p.Addresses.First, p.Addresses.Last} {
		if address, err := netip.ParseAddr(text); err != nil || !subnet.Contains(address) {
			wrong("%q is not an address of the subnet %s", text, p.Subnet)
		}
	}
	return problems
}

// Network is the name of the pool's network for CNI plugins: host-local keeps its addresses under it.
func (p Pool) Network() string { return "sriov-lab-" + p.NIC }

// Configuration is what the pool's plugin is given to attach the VF at a PCI address. Keys of `more` replace those of the pool.
func (p Pool) Configuration(vf string, more map[string]any) ([]byte, error) {
	configuration := map[string]any{
		// The newest that SR-IOV CNI 2.1.0 knows.
		"cniVersion": "0.3.1",
		"name":       p.Network(),
		"type":       p.Plugin,
		"ipam": map[string]any{
			"type": "host-local",
			"ranges": [][]map[string]string{{
				{"subnet": p.Subnet, "rangeStart": p.Addresses.First, "rangeEnd": p.Addresses.Last},
			}},
		},
	}
	for _, settings := range []map[string]any{p.Settings, more} {
		for key, value := range settings {
			configuration[key] = value
		}
	}
	// Two names for the same: SR-IOV CNI reads the first, host-device the second.
	configuration["deviceID"], configuration["pciBusID"] = vf, vf
	return json.Marshal(configuration)
}
