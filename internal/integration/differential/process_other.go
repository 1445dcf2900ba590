//go:build !linux

package differential

import "os/exec"

// endWithParent does nothing where a process cannot be tied to another.
func endWithParent(*exec.Cmd) {}
