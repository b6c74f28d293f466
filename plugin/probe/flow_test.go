package probe_test

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stack-lite/stack-lite/plugin/probe"
)

func TestReportsAreReadAsTheyAreWritten(t *testing.T) {
	at := time.Unix(1700000000, 0).UTC()
	wrote := []probe.Report{
		{Begun: &at},
		{Flows: []probe.Flow{{Protocol: probe.TCPFlow, Client: netip.MustParseAddr("10.1.0.2"), Server: netip.MustParseAddr("fd00::3"), Port: 80, Tried: 2, Answered: 1, First: at, Last: at.Add(time.Second)}}, Lost: 3},
		{End: true},
	}
	var text strings.Builder
	for _, r := range wrote {
		if err := json.NewEncoder(&text).Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	var read []probe.Report
	if err := probe.ReadReports(strings.NewReader(text.String()), func(r probe.Report) { read = append(read, r) }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wrote, read, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Error(diff)
	}
	if err := probe.ReadReports(strings.NewReader("{\"end\":true}\nexec format error\n"), func(probe.Report) {}); err == nil {
		t.Error("what is no report was taken for one")
	}
}

func TestTwoEndsOfAConnectionCountOnce(t *testing.T) {
	at := time.Unix(1700000000, 0)
	f := probe.Flow{Tried: 2, Answered: 2, First: at.Add(time.Second), Last: at.Add(time.Second)}
	f.Most(probe.Flow{Tried: 3, Answered: 1, First: at, Last: at})
	if f.Tried != 3 || f.Answered != 2 || !f.First.Equal(at) || !f.Last.Equal(at.Add(time.Second)) {
		t.Errorf("got %+v", f)
	}
	f.Add(probe.Flow{Tried: 1, Refused: 1, Last: at.Add(time.Minute)})
	if f.Tried != 4 || f.Refused != 1 || !f.First.Equal(at) || !f.Last.Equal(at.Add(time.Minute)) {
		t.Errorf("got %+v", f)
	}
}
