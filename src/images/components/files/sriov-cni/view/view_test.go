package view

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/intel/sriov-cni/pkg/config"
	"github.com/intel/sriov-cni/pkg/utils"
)

const (
	virtioPF = "0000:01:00.0"
	virtioVF = "0000:01:00.1"
	// A VF whose driver is DPDK's: it has no virtio device.
	dpdkVF   = "0000:01:00.2"
	physical = "0000:02:00.0"
	itsVF    = "0000:02:10.0"
)

// A sysfs with a virtio PF and two VFs, and with a physical PF and a VF, in a folder of its own.
func fakeSysfs(t *testing.T) string {
	t.Helper()
	sys, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	function := func(bdf string) string { return filepath.Join(sys, "devices/pci0000:00", bdf) }
	folder := func(path string) {
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file := func(path, content string) {
		folder(filepath.Dir(path))
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	link := func(path, target string) {
		folder(filepath.Dir(path))
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
	}
	netdev := func(name, device string) {
		file(filepath.Join(device, "net", name, "ifindex"), "7\n")
		link(filepath.Join(device, "net", name, "device"), device)
		link(filepath.Join(sys, Netdevs, name), filepath.Join(device, "net", name))
	}
	for bdf, driver := range map[string]string{virtioPF: "virtio-pci", virtioVF: "virtio-pci", dpdkVF: "vfio-pci", physical: "igb", itsVF: "igbvf"} {
		folder(function(bdf))
		folder(filepath.Join(sys, "bus/pci/drivers", driver))
		link(filepath.Join(function(bdf), "driver"), filepath.Join(sys, "bus/pci/drivers", driver))
		link(filepath.Join(sys, Devices, bdf), function(bdf))
	}
	netdev("eth0", filepath.Join(function(virtioPF), "virtio3"))
	netdev("eth1", filepath.Join(function(virtioVF), "virtio4"))
	netdev("ens1", function(physical))
	netdev("ens1v0", function(itsVF))
	for pf, vfs := range map[string][]string{virtioPF: {virtioVF, dpdkVF}, physical: {itsVF}} {
		file(filepath.Join(function(pf), "sriov_numvfs"), string(rune('0'+len(vfs)))+"\n")
		for index, vf := range vfs {
			link(filepath.Join(function(pf), "virtfn"+string(rune('0'+index))), function(vf))
			link(filepath.Join(function(vf), "physfn"), function(pf))
		}
	}
	// Not a netdev: sysfs has such a file where the module bonding is there.
	file(filepath.Join(sys, Netdevs, "bonding_masters"), "\n")
	return sys
}

// shown is the view of a sysfs, in a folder of its own.
func shown(t *testing.T, sys string) string {
	t.Helper()
	seen, err := Of(sys)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for folder, entries := range map[string][]Entry{Devices: seen.Devices, Netdevs: seen.Netdevs} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := Write(entries, filepath.Join(root, folder)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// The plugin's own functions look at a sysfs from here on.
func lookAt(sys string) {
	utils.SysBusPci = filepath.Join(sys, Devices)
	utils.NetDirectory = filepath.Join(sys, Netdevs)
}

// adapted: the plugin's own function fails on sysfs as it is, and finds what it looks for in the view.
func adapted[T comparable](t *testing.T, want T, ask func() (T, error)) {
	t.Helper()
	sys := fakeSysfs(t)
	lookAt(sys)
	if got, err := ask(); err == nil && got == want {
		t.Fatalf("it needs no view: %v", got)
	}
	lookAt(shown(t, sys))
	got, err := ask()
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func TestTheNameOfAVirtioPF(t *testing.T) {
	adapted(t, "eth0", func() (string, error) { return utils.GetPfName(virtioVF) })
}

func TestTheNumberOfVFsOfAVirtioPF(t *testing.T) {
	adapted(t, 2, func() (int, error) { return utils.GetSriovNumVfs("eth0") })
}

func TestTheIndexOfAVirtioVF(t *testing.T) {
	adapted(t, 1, func() (int, error) { return utils.GetVfid(dpdkVF, "eth0") })
}

func TestTheNetdevOfAVirtioVF(t *testing.T) {
	adapted(t, "eth1", func() (string, error) { return utils.GetVFLinkNames(virtioVF) })
}

func TestTheNetdevOfAVirtioVFByItsIndex(t *testing.T) {
	adapted(t, "eth1", func() (string, error) {
		names, err := utils.GetVFLinkNamesFromVFID("eth0", 0)
		if err != nil {
			return "", err
		}
		return names[0], nil
	})
}

func TestAVirtioVFWithDPDKsDriver(t *testing.T) {
	adapted(t, true, func() (bool, error) {
		conf, err := config.LoadConf([]byte(`{"deviceID":"` + dpdkVF + `"}`))
		if err != nil {
			return false, err
		}
		return conf.DPDKMode && conf.Master == "eth0" && conf.VFID == 1, nil
	})
}

func TestOtherNICsAreShownAsTheyAre(t *testing.T) {
	sys := fakeSysfs(t)
	root := shown(t, sys)
	for _, path := range []string{Devices + "/" + physical, Devices + "/" + itsVF, Netdevs + "/ens1", Netdevs + "/ens1v0"} {
		want, _ := filepath.EvalSymlinks(filepath.Join(sys, path))
		got, err := os.Readlink(filepath.Join(root, path))
		if err != nil || got != want {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
	for _, where := range []string{sys, root} {
		lookAt(where)
		conf, err := config.LoadConf([]byte(`{"deviceID":"` + itsVF + `"}`))
		if err != nil || conf.Master != "ens1" || conf.VFID != 0 || conf.HostIFNames != "ens1v0" {
			t.Errorf("%+v, %v", conf, err)
		}
	}
}

func TestWithoutVirtioThereIsNothingToShow(t *testing.T) {
	sys := fakeSysfs(t)
	seen, err := Of(sys)
	if err != nil || !seen.HasVirtio() {
		t.Fatal(seen, err)
	}
	for _, bdf := range []string{virtioPF, virtioVF, dpdkVF} {
		if err := os.Remove(filepath.Join(sys, Devices, bdf)); err != nil {
			t.Fatal(err)
		}
	}
	seen, err = Of(sys)
	if err != nil || seen.HasVirtio() {
		t.Fatal(seen, err)
	}
}
