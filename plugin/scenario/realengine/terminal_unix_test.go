//go:build !windows

package realengine_test

import "syscall"

// ownTerminal makes standard input the terminal whose keys send signals.
func ownTerminal() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Setctty: true}
}
