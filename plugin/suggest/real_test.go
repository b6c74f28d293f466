package suggest_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/golden"
	"github.com/stack-lite/stack-lite/compose/realfiles"
	"github.com/stack-lite/stack-lite/compose/spec"
	"github.com/stack-lite/stack-lite/plugin/suggest"
)

// loadToday loads a real file of the specification, with all profiles.
func loadToday(f realfiles.File) (*compose.Project, error) {
	p, _, err := spec.Load(context.Background(), spec.Options{
		Files: f.Files, Dir: filepath.Dir(f.Files[0]), Name: "demo", Env: map[string]string{}, Profiles: []string{"*"},
		Display: func(path string) string { rel, _ := filepath.Rel(f.Dir, path); return rel },
	})
	return p, err
}

// realStack is one of testdata/real/pairs.txt.
type realStack struct {
	id   string
	true map[[2]string]bool
}

// realStacks reads who talks to whom in real stacks.
func realStacks(t *testing.T) []realStack {
	t.Helper()
	text, err := os.ReadFile("testdata/real/pairs.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []realStack
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		from, to, isPairs := strings.Cut(line, " > ")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case isPairs:
			for _, name := range strings.Fields(to) {
				list[len(list)-1].true[[2]string{from, name}] = true
			}
		default:
			id, _, _ := strings.Cut(line, " ")
			list = append(list, realStack{id, map[[2]string]bool{}})
		}
	}
	return list
}

// loadRealStacks loads the projects of stacks, by id.
func loadRealStacks(t *testing.T, stacks []realStack) map[string]*compose.Project {
	t.Helper()
	projects := map[string]*compose.Project{}
	old := realfiles.LayOut(t, "../..")
	for _, f := range realfiles.Today(t, "../..") {
		if slices.ContainsFunc(stacks, func(s realStack) bool { return s.id == f.ID }) {
			p, err := loadToday(f)
			if err != nil {
				t.Fatal(f.ID, err)
			}
			projects[f.ID] = p
		}
	}
	for _, s := range stacks {
		path, isOld := old[s.id]
		if !isOld {
			continue
		}
		p, err := compose.Load(compose.Options{Files: []string{path}, Dir: filepath.Dir(path), ProjectName: "demo", SkipBuildCheck: true, Env: map[string]string{"HOME": "/root"}})
		if err != nil {
			t.Fatal(s.id, err)
		}
		projects[s.id] = p
	}
	return projects
}

// counts are how many pairs a level or a better one names.
type counts struct{ named, right int }

func (c counts) line(what string, all int) string {
	share := func(of int) string {
		if of == 0 {
			return "-"
		}
		return fmt.Sprintf("%d %%", (100*c.right+of/2)/of)
	}
	return fmt.Sprintf("%-8s named %3d, right %3d of %3d: found %s, right %s\n", what, c.named, c.right, all, share(all), share(c.named))
}

// What the files tell by themselves, without a look at what runs, finds so many of those
// who talk, and so many of what it names do. Links do not count, but for the last sum: their names do.
func TestHowMuchTheFilesOfRealStacksTell(t *testing.T) {
	stacks := realStacks(t)
	projects := loadRealStacks(t, stacks)
	var out, details strings.Builder
	var linkedToo counts
	sums, all := map[suggest.Level]*counts{}, 0
	levels := []suggest.Level{suggest.Sure, suggest.Likely, suggest.Maybe}
	for _, level := range levels {
		sums[level] = &counts{}
	}
	for _, s := range stacks {
		p := projects[s.id]
		if p == nil {
			t.Fatalf("%s is not among the files", s.id)
		}
		for pair := range s.true {
			if p.Service(pair[0]) == nil || p.Service(pair[1]) == nil {
				t.Fatalf("%s: %q are no services of it", s.id, pair)
			}
		}
		all += len(s.true)
		best := map[[2]string]suggest.Level{}
		for _, m := range suggest.FromProject(p, nil) {
			if pair := [2]string{m.From, m.To}; m.Evidence.Level.AtLeast(best[pair]) {
				best[pair] = m.Evidence.Level
			}
		}
		known := map[[2]string]bool{}
		for _, pair := range linked(t, p) {
			known[pair] = true
		}
		for pair, is := range best {
			known[pair] = known[pair] || is.AtLeast(suggest.Likely)
		}
		for pair, is := range known {
			if is {
				linkedToo.named++
			}
			if is && s.true[pair] {
				linkedToo.right++
			}
		}
		for pair, is := range best {
			for _, level := range levels {
				if is.AtLeast(level) {
					sums[level].named++
					if s.true[pair] {
						sums[level].right++
					}
				}
			}
		}
		fmt.Fprintf(&details, "\n%s\n", s.id)
		var lines []string
		for pair := range s.true {
			if best[pair] == suggest.Never {
				lines = append(lines, "not named: "+pair[0]+" > "+pair[1])
			}
		}
		for pair, level := range best {
			if !s.true[pair] {
				lines = append(lines, fmt.Sprintf("wrong, %s: %s > %s", level, pair[0], pair[1]))
			}
		}
		slices.Sort(lines)
		for _, line := range lines {
			fmt.Fprintf(&details, "  %s\n", line)
		}
	}
	fmt.Fprintf(&out, "%d stacks, %d pairs\n\n", len(stacks), all)
	for _, level := range levels {
		out.WriteString(sums[level].line(string(level), all))
	}
	out.WriteString(linkedToo.line("or links", all))
	golden.Check(t, "testdata/real/measure.txt", out.String()+details.String())
}
