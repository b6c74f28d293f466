package probe

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"time"
)

// WatchCommand is the argument by which the program becomes a watcher: how long it
// stays at most, how often it tells, and names that containers may look up, follow.
const WatchCommand = "__watch"

// The protocols of flows.
const (
	TCPFlow = "tcp"
	UDPFlow = "udp"
)

// Flow is what was seen of one client that asks one port of one server. Of TCP it
// counts connections, of UDP datagrams: those of the client and those of the server.
type Flow struct {
	Protocol string     `json:"protocol"`
	Client   netip.Addr `json:"client"`
	Server   netip.Addr `json:"server"`
	Port     uint16     `json:"port"` // of the server

	Tried    int `json:"tried,omitempty"`
	Answered int `json:"answered,omitempty"`
	Refused  int `json:"refused,omitempty"` // of TCP: the server has nobody at the port
	Open     int `json:"open,omitempty"`    // of TCP: were open when the watcher began

	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// Add adds what was seen of the same client, server and port at another time.
func (f *Flow) Add(o Flow) {
	f.Tried += o.Tried
	f.Answered += o.Answered
	f.Refused += o.Refused
	f.Open += o.Open
	f.stretch(o)
}

// Most takes over what another saw more of: the same connections, seen at their
// other end.
func (f *Flow) Most(o Flow) {
	f.Tried = max(f.Tried, o.Tried)
	f.Answered = max(f.Answered, o.Answered)
	f.Refused = max(f.Refused, o.Refused)
	f.Open = max(f.Open, o.Open)
	f.stretch(o)
}

func (f *Flow) stretch(o Flow) {
	if f.First.IsZero() || !o.First.IsZero() && o.First.Before(f.First) {
		f.First = o.First
	}
	if o.Last.After(f.Last) {
		f.Last = o.Last
	}
}

// Lookup is that a container asked its name server for one of the names that are looked
// for. Where links keep it from another, that is all that there is to see.
type Lookup struct {
	Name  string    `json:"name"`
	Times int       `json:"times"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// Report is a line that a watcher writes. The first one has nothing but Begun, the last
// one has End; each of those between tells of what was seen since the one before.
type Report struct {
	Begun *time.Time `json:"begun,omitempty"` // from then on nothing is missed
	Flows []Flow     `json:"flows,omitempty"`
	Names []Lookup   `json:"names,omitempty"`
	Lost  int        `json:"lost,omitempty"` // packets that could not be taken in
	End   bool       `json:"end,omitempty"`
}

// longestReport is how long a line of a watcher may be.
const longestReport = 4 << 20

// ReadReports reads what a watcher writes, line by line, to its end. The error is that of
// a line that is no report, or of reading.
func ReadReports(r io.Reader, each func(Report)) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestReport)
	for lines.Scan() {
		var report Report
		if err := json.Unmarshal(lines.Bytes(), &report); err != nil {
			return fmt.Errorf("the watcher's report can't be read: %w", err)
		}
		each(report)
	}
	return lines.Err()
}
