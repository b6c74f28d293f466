package session

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/view"
)

func TestWhatTakesLongToWorkOutIsToldOnce(t *testing.T) {
	const line = "the 1 links of 2 services take a while to work out; Ctrl-C ends\n"
	for _, c := range []struct {
		name string
		take []time.Duration
		want string
	}{
		{"soon done", []time.Duration{workingAfter - 1, workingAfter - 1}, ""},
		{"long", []time.Duration{workingAfter + 1}, line},
		{"long twice", []time.Duration{workingAfter + 1, workingAfter + 1}, line},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var said strings.Builder
				s := &Session{View: view.Options{Err: &said}, Project: &compose.Project{Services: []*compose.Service{
					{Name: "web", Links: []compose.Link{{Target: "db"}}}, {Name: "db"},
				}}}
				for _, d := range c.take {
					end := working(s)
					time.Sleep(d)
					end()
				}
				if said.String() != c.want {
					t.Errorf("said %q, want %q", said.String(), c.want)
				}
			})
		})
	}
}
