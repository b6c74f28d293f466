package linking_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
)

// FuzzResolve builds projects that are mostly wrong: a result is either a
// topology that keeps the promises, or mistakes with text and position, and the
// same both times.
func FuzzResolve(f *testing.F) {
	f.Add([]byte{4, 1, 0, 0, 1, 1, 1, 2, 2, 0, 5})
	f.Add([]byte{9, 0, 3, 1, 1, 4, 3, 2, 4, 4, 5, 5, 5, 6, 6, 7, 0, 1, 8})
	f.Fuzz(func(t *testing.T, program []byte) {
		if len(program) == 0 || len(program) > 120 {
			return
		}
		p := programmed(int(program[0])%12+1, program[1:])
		top, err := linking.Resolve(p, linking.Options{})
		again, errAgain := linking.Resolve(p, linking.Options{})
		if diff := cmp.Diff(top, again, cmpopts.IgnoreUnexported(linking.Topology{})); diff != "" || fmt.Sprint(err) != fmt.Sprint(errAgain) {
			t.Fatalf("twice the same gives %v, %v and\n%s", err, errAgain, diff)
		}
		if err == nil {
			checkIsolation(t, p, top)
			return
		}
		var errs compose.Errors
		if top != nil || !errors.As(err, &errs) || len(errs) == 0 {
			t.Fatalf("topology %v with error %T %v", top, err, err)
		}
		for _, e := range errs {
			if e.Msg == "" || e.Path == "" || len(e.Hints) > 2 || e.Pos.IsZero() {
				t.Errorf("mistake %+v", e)
			}
		}
	})
}

// programmed makes n services and then does what three bytes each say: what,
// to which service, with which other.
func programmed(n int, program []byte) *compose.Project {
	names := []string{"a", "b", "A", "a.b", "_", "c-1", "web", "db", "cache", "x.y.z", "B", "default"}
	p := &compose.Project{Name: "p"}
	for i := range n {
		p.Services = append(p.Services, &compose.Service{Name: names[i], Pos: compose.Pos{File: "f", Line: i + 1, Column: 1}})
	}
	for i := 0; i+2 < len(program); i += 3 {
		s := p.Services[int(program[i+1])%n]
		other := names[int(program[i+2])%len(names)]
		known := p.Service(other) != nil
		pos := compose.Pos{File: "f", Line: s.Pos.Line, Column: i + 2}
		switch program[i] % 9 {
		case 0, 1:
			s.Links = append(s.Links, compose.Link{Target: other, Alias: other, Pos: pos})
		case 2:
			s.Links = append(s.Links, compose.Link{Target: other, Alias: names[i%len(names)], Pos: pos})
		case 3:
			s.VolumesFrom = append(s.VolumesFrom, compose.VolumesFrom{Source: other, Service: known, Pos: pos})
		case 4:
			s.Pid, s.At = "container:"+other, map[string]compose.Pos{"pid": pos}
		case 5:
			s.Net = compose.Namespace{Mode: compose.NetContainer, Name: other, Pos: pos}
			if known {
				s.Net.Mode = compose.NetService
			}
		case 6:
			s.Net = compose.Namespace{Mode: compose.NetNetwork, Name: other, Pos: pos}
		case 8:
			s.ExternalLinks = append(s.ExternalLinks, compose.Link{Target: other, Alias: names[i%len(names)], Pos: pos})
		case 7:
			s.Net = compose.Namespace{Mode: compose.NetHost, Pos: pos}
		}
	}
	return p
}
