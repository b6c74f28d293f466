package linking_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/linkingtest"
)

var update = flag.Bool("update", false, "rewrite the goldens with what the code says now")

// TestTopologiesAndErrorsAreAsWritten reads testdata/*.txtar: a project in the
// notation of sketch, and what becomes of it. Lines of the comment may give the
// isolation, turn discovery off, ask for a swarm's, and name networks that exist ("keep: a b") and
// of externals ("external: shop/web discoverable joined=proxy", which is allowed then, or
// "allowed=proxy").
func TestTopologiesAndErrorsAreAsWritten(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			golden(t, file)
		})
	}
}

func golden(t *testing.T, file string) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var o linking.Options
	for line := range strings.Lines(string(a.Comment)) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "keep:"); ok {
			o.Keep = append(o.Keep, strings.Fields(rest))
		}
		if rest, ok := strings.CutPrefix(line, "external:"); ok {
			o.Externals = append(o.Externals, external(strings.Fields(rest)))
		}
		switch line {
		case "isolation: project":
			o.Isolation = linking.ByProject
		case "discovery: off":
			o.NoDiscovery = true
		case "swarm":
			o.Swarm = true
		}
	}
	got := outcome(linking.Resolve(linkingtest.Sketch(t, string(a.Files[0].Data)), o))
	if *update {
		a.Files = append(a.Files[:1], got)
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if len(a.Files) != 2 {
		t.Fatalf("%s: want two files, the sketch and what comes of it", file)
	}
	if diff := cmp.Diff(a.Files[1].Name+"\n"+string(a.Files[1].Data), got.Name+"\n"+string(got.Data)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func external(words []string) linking.External {
	o := linking.External{Name: words[0]}
	for _, w := range words[1:] {
		switch key, name, _ := strings.Cut(w, "="); {
		case key == "joined":
			o.JoinedWith = append(o.JoinedWith, name)
			o.Allowed = append(o.Allowed, name)
		case key == "allowed":
			o.Allowed = append(o.Allowed, name)
		case w == "proxy":
			o.Proxy = true
		case w == "discoverable":
			o.Discoverable = true
		}
	}
	return o
}

// outcome is the second file of a golden.
func outcome(top *linking.Topology, err error) txtar.File {
	if err == nil {
		return txtar.File{Name: "topology", Data: []byte(linkingtest.Describe(top))}
	}
	var errs compose.Errors
	if !errors.As(err, &errs) || top != nil {
		return txtar.File{Name: "unexpected", Data: fmt.Appendf(nil, "%T with topology %v: %v\n", err, top, err)}
	}
	var b strings.Builder
	for _, e := range errs {
		fmt.Fprintln(&b, e)
		for _, h := range e.Hints {
			fmt.Fprintf(&b, "  hint: %s\n", h)
		}
	}
	return txtar.File{Name: "errors", Data: []byte(b.String())}
}
