//go:build unix

package session

import (
	"os"
	"syscall"
)

// ownedByUser reports whether a file is this user's.
func ownedByUser(info os.FileInfo) bool {
	is, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(is.Uid) == os.Getuid()
}
