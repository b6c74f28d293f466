package server

import (
	"net"

	"golang.org/x/sys/unix"
)

// waiting reports whether the kernel holds bytes of a connection: what has come and
// was not read, or what was written and could not be sent yet. What was sent the other
// end may take its time to confirm.
func waiting(conn *net.TCPConn) bool {
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	var in, out int
	_ = raw.Control(func(fd uintptr) {
		in, _ = unix.IoctlGetInt(int(fd), unix.TIOCINQ)
		out, _ = unix.IoctlGetInt(int(fd), unix.SIOCOUTQNSD)
	})
	return in > 0 || out > 0
}
