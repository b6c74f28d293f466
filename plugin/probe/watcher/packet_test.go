package watcher

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"golang.org/x/net/bpf"
)

// segment is a packet from its IP header on, with options where IPv4 has them.
func segment(from, to string, protocol, flags byte, seq, ack uint32) []byte {
	a, b := netip.MustParseAddrPort(from), netip.MustParseAddrPort(to)
	var p []byte
	if a.Addr().Is4() {
		p = make([]byte, 24)
		p[0], p[9] = 0x46, protocol
		copy(p[12:], a.Addr().AsSlice())
		copy(p[16:], b.Addr().AsSlice())
	} else {
		p = make([]byte, 40)
		p[0], p[6] = 0x60, protocol
		copy(p[8:], a.Addr().AsSlice())
		copy(p[24:], b.Addr().AsSlice())
	}
	h := make([]byte, 20)
	binary.BigEndian.PutUint16(h, a.Port())
	binary.BigEndian.PutUint16(h[2:], b.Port())
	if protocol == protocolTCP {
		binary.BigEndian.PutUint32(h[4:], seq)
		binary.BigEndian.PutUint32(h[8:], ack)
		h[13] = flags
	} else {
		h = h[:8]
	}
	return append(p, h...)
}

const (
	web  = "10.1.0.2:40000"
	db   = "10.1.0.3:5432"
	web6 = "[fd00::2]:40000"
	db6  = "[fd00::3]:5432"
)

// laterPart is a part of a packet that does not begin it.
func laterPart() []byte {
	b := segment(web, db, protocolUDP, 0, 0, 0)
	b[7] = 1
	return b
}

var packets = []struct {
	name   string
	bytes  []byte
	passes bool // the kernel passes it on
	want   packet
	ok     bool
}{
	{"beginning", segment(web, db, protocolTCP, flagSYN, 7, 0), true,
		packet{protocolTCP, netip.MustParseAddrPort(web), netip.MustParseAddrPort(db), flagSYN, 7, 0}, true},
	{"answer", segment(db, web, protocolTCP, flagSYN|flagACK, 9, 8), true,
		packet{protocolTCP, netip.MustParseAddrPort(db), netip.MustParseAddrPort(web), flagSYN | flagACK, 9, 8}, true},
	{"refusal by IPv6", segment(db6, web6, protocolTCP, flagRST|flagACK, 0, 8), true,
		packet{protocolTCP, netip.MustParseAddrPort(db6), netip.MustParseAddrPort(web6), flagRST | flagACK, 0, 8}, true},
	{"data", segment(web, db, protocolTCP, flagACK|0x08, 8, 10), false,
		packet{protocolTCP, netip.MustParseAddrPort(web), netip.MustParseAddrPort(db), flagACK | 0x08, 8, 10}, true},
	{"data by IPv6", segment(web6, db6, protocolTCP, flagACK, 8, 10), false,
		packet{protocolTCP, netip.MustParseAddrPort(web6), netip.MustParseAddrPort(db6), flagACK, 8, 10}, true},
	{"datagram", segment(web, db, protocolUDP, 0, 0, 0), true,
		packet{protocol: protocolUDP, from: netip.MustParseAddrPort(web), to: netip.MustParseAddrPort(db)}, true},
	{"datagram by IPv6", segment(web6, db6, protocolUDP, 0, 0, 0), true,
		packet{protocol: protocolUDP, from: netip.MustParseAddrPort(web6), to: netip.MustParseAddrPort(db6)}, true},
	{"part of a datagram", laterPart(), false, packet{}, false},
	{"echo", segment(web, db, 1, 0, 0, 0), false, packet{}, false},
	{"neighbours by IPv6", segment(web6, db6, 58, 0, 0, 0), false, packet{}, false},
	{"nothing", nil, false, packet{}, false},
	{"another version", []byte{0x50, 0, 0, 0}, false, packet{}, false},
	{"cut off in its header", segment(web, db, protocolTCP, flagSYN, 7, 0)[:16], false, packet{}, false},
	{"cut off before its flags", segment(web, db, protocolTCP, flagSYN, 7, 0)[:36], false, packet{}, false},
	{"a header too short", append([]byte{0x41}, make([]byte, 60)...), false, packet{}, false},
}

func TestPacketsAreReadAsFarAsTheyGo(t *testing.T) {
	for _, p := range packets {
		got, ok := parse(p.bytes)
		if ok != p.ok || got != p.want {
			t.Errorf("%s: %+v, %v", p.name, got, ok)
		}
	}
}

// Without the kernel's own knowledge of interfaces, which the first two instructions ask
// for.
func TestTheKernelPassesOnWhatBeginsAConnection(t *testing.T) {
	if _, err := bpf.Assemble(filter()); err != nil {
		t.Fatal(err)
	}
	vm, err := bpf.NewVM(filter()[2:onLoopback])
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packets {
		n, err := vm.Run(p.bytes)
		if err != nil || (n > 0) != p.passes {
			t.Errorf("%s: %d, %v", p.name, n, err)
		}
		if n > 0 && n < len(p.bytes) {
			t.Errorf("%s: %d of %d bytes", p.name, n, len(p.bytes))
		}
	}
}

func FuzzPacketsOfAnyKindAreRead(f *testing.F) {
	for _, p := range packets {
		f.Add(p.bytes)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, ok := parse(b)
		if ok && (!p.from.IsValid() || !p.to.IsValid() || p.protocol != protocolTCP && p.protocol != protocolUDP) {
			t.Errorf("%x: %+v", b, p)
		}
		if again, _ := parse(append([]byte(nil), b[:min(len(b), snap)]...)); ok && again != p {
			t.Errorf("%x: cut off it is another one, %+v and %+v", b, p, again)
		}
	})
}
