package pools

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const whole = `{ "nic": "pf0", "resource": "sriov.lab/pf0", "pf": "0000:01:00.0", "plugin": "sriov", "subnet": "10.0.0.0/24",
  "addresses": { "first": "10.0.0.100", "last": "10.0.0.150" }, "settings": { "vlan": 5 } }`

func written(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pools.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSeveralPoolsAreRead(t *testing.T) {
	second := strings.NewReplacer("pf0", "pf1", "0000:01", "0000:02", `, "settings": { "vlan": 5 }`, "").Replace(whole)
	pools, err := Read(written(t, `{ "pools": [`+whole+`, `+second+`] }`))
	if err != nil || len(pools) != 2 || pools[1].NIC != "pf1" || pools[0].Addresses.Last != "10.0.0.150" {
		t.Fatalf("%+v, %v", pools, err)
	}
}

func TestAWrongPoolIsRefused(t *testing.T) {
	for _, change := range [][2]string{
		{`"nic": "pf0"`, `"nic": "../pf0"`},
		{`0000:01:00.0`, `01:00.0`},
		{`"resource": "sriov.lab/pf0", `, ``},
		{`"plugin": "sriov", `, ``},
		{`10.0.0.0/24`, `10.0.0.0`},
		{`"last": "10.0.0.150"`, `"last": "10.0.1.150"`},
		{`"vlan": 5 }`, `"vlan": 5 }, "unknown": 1`},
	} {
		if pools, err := Read(written(t, `{ "pools": [`+strings.Replace(whole, change[0], change[1], 1)+`] }`)); err == nil {
			t.Errorf("%s was accepted: %+v", change[1], pools)
		}
	}
	if _, err := Read(written(t, `{ "pools": [`+whole+`, `+whole+`] }`)); err == nil {
		t.Error("the same pool twice was accepted")
	}
}

func TestThePluginGetsTheVFItsAddressesAndTheSettings(t *testing.T) {
	pools, err := Read(written(t, `{ "pools": [`+whole+`] }`))
	if err != nil {
		t.Fatal(err)
	}
	text, err := pools[0].Configuration("0000:01:00.1", map[string]any{"spoofchk": "off"})
	if err != nil {
		t.Fatal(err)
	}
	var configuration map[string]any
	if err := json.Unmarshal(text, &configuration); err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]any{
		"type": "sriov", "name": "sriov-lab-pf0", "deviceID": "0000:01:00.1", "pciBusID": "0000:01:00.1", "vlan": 5.0, "spoofchk": "off",
	} {
		if configuration[key] != value {
			t.Errorf("%s is %v, not %v", key, configuration[key], value)
		}
	}
	if !strings.Contains(string(text), `"rangeStart":"10.0.0.100"`) {
		t.Errorf("no range in %s", text)
	}
}
