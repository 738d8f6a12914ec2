//go:build plugins

// Package plugins names what is built of the module.
package plugins

import (
	_ "github.com/intel/sriov-cni/cmd/sriov"
)
