package main

import (
	"errors"
	"fmt"
	"syscall"
	"time"
)

// A wire sends and hears frames on all interfaces of a container, past
// everything that its kernel would do with them.
type wire struct{ fd int }

func openWire() (*wire, error) {
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, int(bigEndian(syscall.ETH_P_ALL)))
	if err != nil {
		return nil, fmt.Errorf("no raw frames without the capability NET_RAW: %w", err)
	}
	return &wire{fd}, nil
}

func (w *wire) close() error { return syscall.Close(w.fd) }

// send puts a frame on an interface.
func (w *wire) send(on int, frame []byte) error {
	protocol := uint16(frame[12])<<8 | uint16(frame[13])
	return syscall.Sendto(w.fd, frame, 0, &syscall.SockaddrLinklayer{Ifindex: on, Protocol: bigEndian(protocol)})
}

// receive gives the next frame that came in on an interface; none where no
// frame came in within the time. The kernel has taken off a VLAN's tag.
func (w *wire) receive(within time.Duration) (on int, frame []byte, err error) {
	timeout := syscall.NsecToTimeval(max(within, time.Millisecond).Nanoseconds())
	if err := syscall.SetsockoptTimeval(w.fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &timeout); err != nil {
		return 0, nil, err
	}
	buf := make([]byte, 1<<16)
	for deadline := time.Now().Add(within); ; {
		n, from, err := syscall.Recvfrom(w.fd, buf, 0)
		if err != nil && !errors.Is(err, syscall.EAGAIN) && !errors.Is(err, syscall.EINTR) {
			return 0, nil, err
		}
		if link, ok := from.(*syscall.SockaddrLinklayer); err == nil && ok && link.Pkttype != syscall.PACKET_OUTGOING {
			return link.Ifindex, buf[:n], nil
		}
		if time.Now().After(deadline) {
			return 0, nil, nil
		}
	}
}

func bigEndian(n uint16) uint16 { return n<<8 | n>>8 }
