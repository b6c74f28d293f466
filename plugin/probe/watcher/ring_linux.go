package watcher

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// The memory that the kernel puts packets into, 2 MB: a socket's own buffer would be full
// with some hundred of them, and what comes in while this process waits for its turn
// would be lost.
const (
	frameSize = 256 // a packet with what the kernel says of it
	blockSize = 1 << 16
	blocks    = 32
	frames    = blocks * (blockSize / frameSize)
)

// ring is a packet socket with such memory (packet(7), TPACKET_V2).
type ring struct {
	fd   int
	mem  []byte
	next int // frame
}

// openRing opens a socket that gets from now on what filter passes on, of all interfaces
// that there are and will be.
func openRing() (*ring, error) {
	// With protocol 0 nothing comes in before all is set.
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("can't open a packet socket: %w", err)
	}
	r := &ring{fd: fd}
	if err := r.set(); err != nil {
		r.close()
		return nil, fmt.Errorf("can't set up a packet socket: %w", err)
	}
	return r, nil
}

func (r *ring) set() error {
	program, err := bpf.Assemble(filter())
	if err != nil {
		return err
	}
	raw := make([]unix.SockFilter, len(program))
	for i, p := range program {
		raw[i] = unix.SockFilter{Code: p.Op, Jt: p.Jt, Jf: p.Jf, K: p.K}
	}
	if err := unix.SetsockoptSockFprog(r.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(raw)), Filter: &raw[0]}); err != nil {
		return err
	}
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V2); err != nil {
		return err
	}
	request := unix.TpacketReq{Block_size: blockSize, Block_nr: blocks, Frame_size: frameSize, Frame_nr: frames}
	if err := unix.SetsockoptTpacketReq(r.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &request); err != nil {
		return err
	}
	if r.mem, err = unix.Mmap(r.fd, 0, blockSize*blocks, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return err
	}
	all := binary.BigEndian.AppendUint16(nil, unix.ETH_P_ALL)
	return unix.Bind(r.fd, &unix.SockaddrLinklayer{Protocol: binary.NativeEndian.Uint16(all)})
}

func (r *ring) close() {
	if r.mem != nil {
		_ = unix.Munmap(r.mem)
	}
	_ = unix.Close(r.fd)
}

// each passes on the packets that have come in, in their order, with the kernel's time.
func (r *ring) each(take func(b []byte, at time.Time)) {
	for {
		frame := r.mem[r.next*frameSize:][:frameSize]
		header := (*unix.Tpacket2Hdr)(unsafe.Pointer(&frame[0]))
		if atomic.LoadUint32(&header.Status)&unix.TP_STATUS_USER == 0 {
			return
		}
		from, size := int(header.Net), int(header.Snaplen)
		if from <= frameSize && size <= frameSize-from {
			take(frame[from:from+size], time.Unix(int64(header.Sec), int64(header.Nsec)))
		}
		atomic.StoreUint32(&header.Status, unix.TP_STATUS_KERNEL)
		r.next = (r.next + 1) % frames
	}
}

// dropped is how many packets found no room since it was last asked.
func (r *ring) dropped() int {
	stats, err := unix.GetsockoptTpacketStats(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return 0
	}
	return int(stats.Drops)
}
