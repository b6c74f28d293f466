package command

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/classic"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// scaleFile is a service that scales.
const scaleFile = "web:\n  image: probe\n"

func TestTheOldToolsTookAPlusForNothingAndKnewNoFewer(t *testing.T) {
	p := &compose.Project{Services: []*compose.Service{{Name: "web"}, {Name: "db"}}}
	for words, want := range map[string][2]string{ // here and there
		"web=2 db=0":   {"map[db:0 web:2] map[]", "map[db:0 web:2] map[]"},
		"web=+2 db=1":  {"map[db:1] map[web:2]", "map[db:1 web:2] map[]"},
		"web=-1":       {"map[] map[web:-1]", "exit code 2"},
		"web=2 web=3":  {"map[web:3] map[]", "map[web:3] map[]"},
		"web=2 web=+3": {"exit code 2", "map[web:3] map[]"},
		"web=+2 web=3": {"exit code 2", "map[web:3] map[]"},
		"web":          {"exit code 2", "exit code 2"},
		"web=":         {"exit code 2", "exit code 2"},
		"web=--1":      {"exit code 2", "exit code 2"},
		"web=1e3":      {"exit code 2", "exit code 2"},
		"=2":           {"exit code 2", "exit code 2"},
	} {
		for i, old := range []*classic.Tool{nil, classic.Of("docker-compose")} {
			scale, err := parseScale(p, old, strings.Fields(words))
			got := fmt.Sprint(scale.numbers, scale.changes)
			if err != nil {
				got = fmt.Sprint("exit code ", exit.Code(err, view.Options{Out: io.Discard, Err: io.Discard}))
			}
			if got != want[i] {
				t.Errorf("%s, old %v: %s", words, old != nil, got)
			}
		}
	}
}

func TestFewerThanNoneAreRefusedWithHowManyThereAre(t *testing.T) {
	t.Chdir(t.TempDir())
	m := newMemory(t)
	m.do(t, []byte(scaleFile), "up", "-d", "--scale", "web=2")
	_, errs, code := m.run(t, "scale", "web=-3")
	if want := "stack-lite: web can't be scaled down by 3: it has 2\nhint: to remove all: docker stacklite scale web=0\n"; code != 1 || errs != want {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	_, errs, code = m.run(t, "scale", "web=+1", "web=3")
	if want := "stack-lite: web is scaled twice, once by so many more or fewer\nhint: name each service once: web=3\n"; code != 2 || errs != want {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}
