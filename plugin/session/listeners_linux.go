package session

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// localListeners lists the ports at which programs of this machine listen. What can't
// be read is left out: the engine has the last word. So is who listens at all addresses
// of IPv6 alone: an Engine 20.10 lets containers have the same port, and publishes it by
// IPv4.
func localListeners() []listener {
	var found []listener
	for _, proto := range []string{"tcp", "udp"} {
		for _, table := range []string{proto, proto + "6"} {
			f, err := os.Open("/proc/net/" + table)
			if err != nil {
				continue
			}
			found = append(found, parseListeners(f, proto)...)
			_ = f.Close()
		}
	}
	var mixed map[string]bool
	return slices.DeleteFunc(found, func(l listener) bool {
		if l.ip != netip.IPv6Unspecified() {
			return false
		}
		if mixed == nil {
			mixed = mixedSockets()
		}
		return !mixed[l.inode]
	})
}

// engineIsHere reports whether an engine publishes ports in the network of this
// machine that the process is in: a process of the name of the engine's, or of the
// system that starts it, has opened its socket there. What forwards the socket of an
// engine in another machine has another name, and an engine in a network of its own
// has opened its socket there.
func engineIsHere(host string) bool {
	path, unix := strings.CutPrefix(host, "unix://")
	if !unix {
		return false
	}
	name, pid := openedBy(path)
	if name != "dockerd" && !(name == "systemd" && pid == 1) {
		return false
	}
	path = realPath(path)
	table, err := os.Open("/proc/net/unix")
	if err != nil {
		return false
	}
	defer table.Close()
	return listensHere(table, func(other string) bool { return realPath(other) == path })
}

// realPath is a path without links, or as it is.
func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// openedBy gives the process that has opened a socket, as far as it is known.
func openedBy(path string) (name string, pid int) {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return "", 0
	}
	defer conn.Close()
	raw, err := conn.(*net.UnixConn).SyscallConn()
	if err != nil {
		return "", 0
	}
	_ = raw.Control(func(fd uintptr) {
		if peer, err := syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED); err == nil {
			pid = int(peer.Pid)
		}
	})
	return commandName(pid), pid
}

// commandName is the name of a process; empty: it is not known.
func commandName(pid int) string {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// program finds the process that listens. Those of other users show what they have
// open to root alone, but all show how they were called.
func (l listener) program() program {
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range processes {
		if text, err := os.ReadFile(dir + "/cmdline"); err == nil && isProxyFor(string(text), l.port, l.proto) {
			return program{engines: true}
		}
	}
	for _, dir := range processes {
		open, _ := os.ReadDir(dir + "/fd")
		for _, fd := range open {
			if to, err := os.Readlink(dir + "/fd/" + fd.Name()); err == nil && to == "socket:["+l.inode+"]" {
				pid, _ := strconv.Atoi(filepath.Base(dir))
				name := commandName(pid)
				return program{name: name, pid: pid, engines: slices.Contains(engineParts, name)}
			}
		}
	}
	return program{}
}

// engineParts are the names of processes that hold the ports of containers.
var engineParts = []string{"docker-proxy", "dockerd", "rootlesskit", "rootlessport"}
