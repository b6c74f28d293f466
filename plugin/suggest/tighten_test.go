package suggest_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/golden"
	"github.com/stack-lite/stack-lite/compose/realfiles"
	"github.com/stack-lite/stack-lite/compose/spec"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
	"github.com/stack-lite/stack-lite/plugin/suggest"
)

// reachingPairs lists which services reach each other, each pair once, in the order of
// their names.
func reachingPairs(t *testing.T, p *compose.Project, isolation linking.Isolation) []string {
	t.Helper()
	topology, err := linking.Resolve(p, linking.Options{Isolation: isolation, NoDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	r := graph.Of(p, topology).Reach()
	var list []string
	for _, a := range p.Services {
		for _, b := range p.Services {
			if a.Name < b.Name && r.Reaches(a.Name, b.Name) {
				list = append(list, a.Name+" – "+b.Name)
			}
		}
	}
	slices.Sort(list)
	return list
}

// without lists what is in one list and not in another.
func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(other, s) })
}

// talkOf are the pairs that the files of a project name, depend on or link.
func talkOf(t *testing.T, p *compose.Project) [][2]string {
	t.Helper()
	topology, err := linking.Resolve(p, linking.Options{Isolation: linking.ByProject})
	if err != nil {
		t.Fatal(err)
	}
	links := suggest.Links(suggest.Known{Project: p, Declared: suggest.Linked(p, topology), Mentions: suggest.FromProject(p, nil)})
	return suggest.Pairs(links, suggest.Likely)
}

// readWith loads files with one more, of a text.
func readWith(t *testing.T, files []string, dir, text string) *compose.Project {
	t.Helper()
	name := filepath.Join(t.TempDir(), "tight.yml")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, _, err := spec.Load(context.Background(), spec.Options{
		Files: append(slices.Clone(files), name), Dir: filepath.Dir(files[0]), Name: "demo", Env: map[string]string{}, Profiles: []string{"*"},
		Display: func(path string) string { rel, _ := filepath.Rel(dir, path); return rel },
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return p
}

// Files whose authors keep services apart with networks of their own let more of them talk
// than do. What Override writes beside them loads, and leaves those that do and no others,
// but for networks that have to stay; so it does beside any other file of today. The table
// has for each file with networks of its own how many pairs its
// networks let talk, how many have to, and how many can then.
func TestNetworksOfRealFilesAreTightened(t *testing.T) {
	var out strings.Builder
	fmt.Fprintf(&out, "%-4s %-36s %8s %8s %8s %8s %8s\n", "", "", "services", "networks", "authors'", "needed", "left")
	for _, f := range realfiles.Today(t, "../..") {
		p, err := loadToday(f)
		if err != nil {
			continue // what is refused is tested where that is decided
		}
		named := map[string]bool{}
		for _, s := range p.Services {
			for _, n := range s.Spec.Networks {
				named[n.Name] = true
			}
		}
		t.Run(f.ID, func(t *testing.T) {
			before := reachingPairs(t, p, linking.ByProject)
			talk := talkOf(t, p)
			tight, err := suggest.Tighten(p, talk)
			if err != nil {
				t.Fatal(err)
			}
			after := reachingPairs(t, tight.Project, linking.ByProject)
			needed := neededOf(p, talk)
			if len(named) > 1 { // its authors keep services apart
				fmt.Fprintf(&out, "%-4s %-36s %8d %8d %8d %8d %8d\n", f.ID, f.Repository, len(p.Services), len(named), len(before), len(needed), len(after))
				for _, pair := range without(after, before) {
					fmt.Fprintf(&out, "     crosses the authors' networks: %s: %s\n", pair, whyOf(t, p, pair))
				}
				for _, pair := range without(after, needed) {
					fmt.Fprintf(&out, "     beyond what is needed: %s\n", pair)
				}
				for _, note := range tight.Notes {
					fmt.Fprintf(&out, "     %s\n", note)
				}
			}
			if missing := without(needed, after); len(missing) > 0 {
				t.Errorf("no longer: %q", missing)
			}
			if len(after) > len(before) {
				t.Errorf("%d pairs can, were %d", len(after), len(before))
			}
			if !tight.Changes() {
				return
			}
			read := readWith(t, f.Files, f.Dir, tight.Override())
			for _, isolation := range []linking.Isolation{linking.ByLinks, linking.ByProject} {
				if diff := cmp.Diff(after, reachingPairs(t, read, isolation)); diff != "" {
					t.Errorf("isolation %d, -as it is meant +as it is read:\n%s\n%s", isolation, diff, tight.Override())
				}
			}
			again, err := suggest.Tighten(read, talk)
			if err != nil || again.Changes() {
				t.Errorf("it is not tight then: %v\n%s", err, again.Override())
			}
			for _, s := range p.Services {
				if was, is := wayOut(p, s.Name), wayOut(read, s.Name); was != is {
					t.Errorf("%s has a way out: %v, had: %v", s.Name, is, was)
				}
			}
		})
	}
	golden.Check(t, "testdata/real/tight.txt", out.String())
}

// neededOf are pairs as reachingPairs has them; what uses one network, or that of the
// host, is a pair in any case.
func neededOf(p *compose.Project, talk [][2]string) []string {
	owner := func(name string) string {
		for s := p.Service(name); s != nil && s.Net.Mode == compose.NetService; s = p.Service(name) {
			name = s.Net.Name
		}
		return name
	}
	host := func(name string) bool { return p.Service(owner(name)).Net.Mode == compose.NetHost }
	none := func(name string) bool { return p.Service(owner(name)).Net.Mode == compose.NetNone }
	talks := map[[2]string]bool{}
	for _, pair := range talk {
		talks[[2]string{owner(pair[0]), owner(pair[1])}], talks[[2]string{owner(pair[1]), owner(pair[0])}] = true, true
	}
	var list []string
	for _, a := range p.Services {
		for _, b := range p.Services {
			x, y := owner(a.Name), owner(b.Name)
			if a.Name < b.Name && !none(x) && !none(y) && (x == y || host(x) || host(y) || talks[[2]string{x, y}]) {
				list = append(list, a.Name+" – "+b.Name)
			}
		}
	}
	slices.Sort(list)
	return list
}

// whyOf is the evidence that two services talk.
func whyOf(t *testing.T, p *compose.Project, pair string) string {
	t.Helper()
	a, b, _ := strings.Cut(pair, " – ")
	for _, m := range suggest.FromProject(p, nil) {
		if m.Evidence.Level.AtLeast(suggest.Likely) && (m.From == a && m.To == b || m.From == b && m.To == a) {
			return m.Evidence.String()
		}
	}
	return "a link"
}

// wayOut reports whether a service reaches what is outside by a network.
func wayOut(p *compose.Project, service string) bool {
	s := p.Service(service)
	return len(s.Spec.Networks) == 0 || slices.ContainsFunc(s.Spec.Networks, func(on compose.ServiceNetwork) bool {
		i := slices.IndexFunc(p.Networks, func(n compose.Network) bool { return n.Name == on.Name })
		return i < 0 || !p.Networks[i].Internal
	})
}

// Each archive has a file of today and what is written for it.
func TestWhatTighteningWrites(t *testing.T) {
	golden.Each(t, "testdata/tighten/*.txtar", []string{"tight.yml"}, func(t *testing.T, c *golden.Case) {
		dir := golden.LayOut(t, c.Files)
		file := filepath.Join(dir, "compose.yaml")
		p, err := loadToday(realfiles.File{Dir: dir, Files: []string{file}})
		if err != nil {
			t.Fatal(err)
		}
		tight, err := suggest.Tighten(p, talkOf(t, p))
		if err != nil {
			t.Fatal(err)
		}
		got := tight.Override()
		for _, note := range tight.Notes {
			got += "# " + note + "\n"
		}
		left := reachingPairs(t, tight.Project, linking.ByProject)
		got += fmt.Sprintf("# before: %s\n# after: %s\n", strings.Join(reachingPairs(t, p, linking.ByProject), ", "), strings.Join(left, ", "))
		read := readWith(t, []string{file}, dir, tight.Override())
		for _, isolation := range []linking.Isolation{linking.ByLinks, linking.ByProject} {
			if diff := cmp.Diff(left, reachingPairs(t, read, isolation)); diff != "" {
				t.Errorf("-as it is meant +as it is read:\n%s", diff)
			}
		}
		for _, s := range read.Services {
			if was, is := wayOut(p, s.Name), wayOut(read, s.Name); was != is {
				t.Errorf("%s has a way out: %v, had: %v", s.Name, is, was)
			}
		}
		c.Check(t, txtar.File{Name: "tight.yml", Data: []byte(got)})
	})
}
