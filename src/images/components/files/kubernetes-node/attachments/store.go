// Package attachments gives VFs to pods' sandboxes through other CNI plugins, and takes them back, whatever has become of the sandbox.
package attachments

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Folder is where a node keeps what is attached. It outlives a reboot: what was attached before is taken back after it.
const Folder = "/var/lib/cni/vf-attach"

// Attachment is a VF in a sandbox, with all that it takes to give it back.
type Attachment struct {
	// Interface is its name in the sandbox: net1.
	Interface string `json:"interface"`
	// VF is its PCI address; Driver, Netdev and MAC are as they were on the host.
	VF     string `json:"vf"`
	Driver string `json:"driver"`
	Netdev string `json:"netdev"`
	MAC    string `json:"mac"`
	// Plugin attached it with this configuration.
	Plugin        string          `json:"plugin"`
	Configuration json.RawMessage `json:"configuration"`
}

// Sandbox is a pod's, with the VFs that are in it or on their way.
type Sandbox struct {
	// Container is the sandbox's id.
	Container string `json:"container"`
	// NetNS is the path of its network namespace: the container runtime may not tell it again when the sandbox stops.
	NetNS string `json:"netns"`
	// Arguments are CNI_ARGS: the pod's name, among others.
	Arguments   string       `json:"arguments"`
	Attachments []Attachment `json:"attachments"`
}

// Store is a folder with a file for each sandbox that has VFs.
type Store struct{ Folder string }

// HeldError says that a VF is in another sandbox still.
type HeldError struct {
	VF     string
	Holder Sandbox
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("the VF %s is still in the sandbox %s", e.VF, e.Holder.Container)
}

func (s Store) file(container string) string {
	return filepath.Join(s.Folder, strings.ReplaceAll(container, "/", "_")+".json")
}

// Claim records a sandbox, and fails with HeldError when another one has one of its VFs. Of several processes one comes first.
func (s Store) Claim(sandbox Sandbox) error {
	return s.locked(func() error {
		all, err := s.All()
		if err != nil {
			return err
		}
		for _, other := range all {
			if other.Container == sandbox.Container {
				continue
			}
			for _, wanted := range sandbox.Attachments {
				if other.Has(wanted.VF) {
					return &HeldError{VF: wanted.VF, Holder: other}
				}
			}
		}
		text, err := json.Marshal(sandbox)
		if err != nil {
			return err
		}
		fresh := s.file(sandbox.Container) + ".new"
		if err := os.WriteFile(fresh, text, 0o600); err != nil {
			return err
		}
		return os.Rename(fresh, s.file(sandbox.Container))
	})
}

// Has tells whether a VF is in the sandbox, or on its way.
func (s Sandbox) Has(vf string) bool {
	for _, each := range s.Attachments {
		if each.VF == vf {
			return true
		}
	}
	return false
}

func (s Store) locked(work func() error) error {
	if err := os.MkdirAll(s.Folder, 0o700); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(s.Folder, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	return work()
}

// Find returns the sandbox of that id; nil if it has no VFs.
func (s Store) Find(container string) (*Sandbox, error) {
	return readSandbox(s.file(container))
}

func readSandbox(file string) (*Sandbox, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	sandbox := &Sandbox{}
	if err := json.Unmarshal(text, sandbox); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return sandbox, nil
}

// All returns every sandbox that has VFs.
func (s Store) All() ([]Sandbox, error) {
	files, err := filepath.Glob(filepath.Join(s.Folder, "*.json"))
	if err != nil {
		return nil, err
	}
	var all []Sandbox
	for _, file := range files {
		sandbox, err := readSandbox(file)
		if err != nil {
			return nil, err
		}
		if sandbox != nil {
			all = append(all, *sandbox)
		}
	}
	return all, nil
}

// AttachmentOf returns what is recorded of a VF; nil if no sandbox has it.
func (s Store) AttachmentOf(vf string) (*Attachment, error) {
	all, err := s.All()
	if err != nil {
		return nil, err
	}
	for _, sandbox := range all {
		for _, each := range sandbox.Attachments {
			if each.VF == vf {
				return &each, nil
			}
		}
	}
	return nil, nil
}

// Holds tells whether a sandbox has the VF.
func (s Store) Holds(vf string) bool {
	found, _ := s.AttachmentOf(vf)
	return found != nil
}

// Forget removes a sandbox whose VFs have been given back.
func (s Store) Forget(container string) error {
	if err := os.Remove(s.file(container)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
