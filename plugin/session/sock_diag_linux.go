package session

import (
	"encoding/binary"
	"strconv"
	"syscall"
)

// What the kernel's interface to ask about sockets is made of (sock_diag(7)). Package
// syscall does not have it.
const (
	diagByFamily = 20 // SOCK_DIAG_BY_FAMILY
	netlinkDiag  = 4  // NETLINK_SOCK_DIAG
	diagV6Only   = 11 // INET_DIAG_SKV6ONLY
	diagRequest  = 56 // size of inet_diag_req_v2
	diagMessage  = 72 // size of inet_diag_msg
	diagInode    = 68 // where that has the inode
	allStates    = 0xffffffff
)

// mixedSockets lists, by inode, the sockets of IPv6 that take what comes by IPv4, too.
// The kernel's tables do not show it. It is empty where the kernel does not say.
func mixedSockets() map[string]bool {
	found := map[string]bool{}
	for _, protocol := range []byte{syscall.IPPROTO_TCP, syscall.IPPROTO_UDP} {
		if askSockets(protocol, found) != nil {
			return map[string]bool{}
		}
	}
	return found
}

func askSockets(protocol byte, found map[string]bool) error {
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, netlinkDiag)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	patience := syscall.Timeval{Sec: 1}
	if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &patience); err != nil {
		return err
	}
	request := make([]byte, syscall.SizeofNlMsghdr+diagRequest)
	binary.NativeEndian.PutUint32(request[0:], uint32(len(request)))
	binary.NativeEndian.PutUint16(request[4:], diagByFamily)
	binary.NativeEndian.PutUint16(request[6:], syscall.NLM_F_REQUEST|syscall.NLM_F_DUMP)
	request[16], request[17] = syscall.AF_INET6, protocol
	binary.NativeEndian.PutUint32(request[20:], allStates)
	if err := syscall.Sendto(fd, request, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return err
	}
	buffer := make([]byte, 64<<10)
	for {
		n, _, err := syscall.Recvfrom(fd, buffer, 0)
		if err != nil {
			return err
		}
		messages, err := syscall.ParseNetlinkMessage(buffer[:n])
		if err != nil {
			return err
		}
		for _, m := range messages {
			switch m.Header.Type {
			case syscall.NLMSG_DONE:
				return nil
			case syscall.NLMSG_ERROR:
				return syscall.EINVAL
			}
			if inode, mixed := readSocket(m.Data); mixed {
				found[inode] = true
			}
		}
	}
}

// readSocket reads what the kernel says of one socket.
func readSocket(data []byte) (inode string, mixed bool) {
	if len(data) < diagMessage {
		return "", false
	}
	inode = strconv.FormatUint(uint64(binary.NativeEndian.Uint32(data[diagInode:])), 10)
	const head, aligned = 4, 3
	for rest := data[diagMessage:]; len(rest) >= head; {
		size := int(binary.NativeEndian.Uint16(rest))
		if size < head || size > len(rest) {
			break
		}
		if binary.NativeEndian.Uint16(rest[2:]) == diagV6Only && size > head {
			return inode, rest[head] == 0
		}
		rest = rest[min((size+aligned)&^aligned, len(rest)):]
	}
	return inode, false
}
