package server

import (
	"net"

	"golang.org/x/sys/unix"
)

// unsent is how many bytes of what was written the other end has not confirmed.
func unsent(conn *net.TCPConn) (n int) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0
	}
	_ = raw.Control(func(fd uintptr) { n, _ = unix.IoctlGetInt(int(fd), unix.TIOCOUTQ) })
	return n
}
