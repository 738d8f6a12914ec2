module sriov-lab/sriov-cni

go 1.24.2

require github.com/intel/sriov-cni v2.1.0+incompatible

// It is older than Go's modules: these are what its own lock file names, or the nearest version that the module proxy has.
require (
	github.com/containernetworking/cni v0.6.0 // indirect
	github.com/containernetworking/plugins v0.7.4 // indirect
	github.com/coreos/go-iptables v0.8.0 // indirect
	github.com/vishvananda/netlink v1.1.0 // indirect
)
