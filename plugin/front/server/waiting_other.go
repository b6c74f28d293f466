//go:build !linux

package server

import "net"

// waiting reports whether the kernel holds bytes of a connection, where it tells.
func waiting(*net.TCPConn) bool { return false }
