//go:build !linux

package differential

import "os/exec"

// endWithParent does nothing on systems that cannot tie a process to another.
func endWithParent(*exec.Cmd) {}
