package watcher

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/stack-lite/stack-lite/plugin/probe"
)

// The engine's name server in each container, and its questions, as far as they are read.
const (
	nameServer = 0x7f00000b // 127.0.0.11
	headerDNS  = 12
	typeA      = 1
)

// lookedUp is the name that a datagram, from its IP header on, asks the engine's name
// server for, in small letters. Of those who ask for the addresses of both families the
// question for IPv4 counts.
func lookedUp(b []byte) (string, bool) {
	if len(b) < header4 || b[0]>>4 != 4 || b[9] != protocolUDP || binary.BigEndian.Uint32(b[16:]) != nameServer {
		return "", false
	}
	size := int(b[0]&0xf)*4 + headerUDP
	if size < header4+headerUDP || len(b) < size+headerDNS {
		return "", false
	}
	b = b[size:]
	if b[2]&0x80 != 0 || binary.BigEndian.Uint16(b[4:]) != 1 { // an answer, or not one question
		return "", false
	}
	b = b[headerDNS:]
	var labels []string
	for len(b) > 0 && b[0] != 0 {
		end := 1 + int(b[0])
		if b[0] > 63 || len(b) < end {
			return "", false
		}
		labels = append(labels, string(b[1:end]))
		b = b[end:]
	}
	if len(b) < 3 || binary.BigEndian.Uint16(b[1:]) != typeA || len(labels) == 0 {
		return "", false
	}
	return strings.ToLower(strings.Join(labels, ".")), true
}

// lookup counts a question for a name, of those that are asked about.
func (t *tally) lookup(name string, at time.Time) {
	if !t.wanted[name] {
		return
	}
	l := t.lookups[name]
	if l == nil {
		l = &probe.Lookup{Name: name, First: at}
		t.lookups[name] = l
	}
	l.Times++
	l.Last = at
}
