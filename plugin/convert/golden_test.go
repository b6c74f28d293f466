package convert_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/compose/golden"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/plugin/convert"
)

// TestFilesAreWrittenForOtherTools reads testdata/*.txtar: fig.yml or compose.yaml, and
// what convert makes of it: with a name that begins with stack for docker stack deploy,
// with today for docker compose. Notes or mistakes follow.
func TestFilesAreWrittenForOtherTools(t *testing.T) {
	golden.Each(t, "testdata/*.txtar", []string{"written", "notes", "mistakes"}, func(t *testing.T, c *golden.Case) {
		got := written(t, golden.LayOut(t, c.Files), c.Name)
		c.Check(t, txtar.Parse([]byte(got)).Files...)
	})
}

// written is what becomes of the file in a folder, as an archive.
func written(t *testing.T, dir, name string) string {
	var r read
	if _, err := os.Stat(filepath.Join(dir, "fig.yml")); err == nil {
		r = readOld(t, filepath.Join(dir, "fig.yml"))
	} else {
		if r, err = loadToday(filepath.Join(dir, "compose.yaml")); err != nil {
			t.Fatal(err)
		}
	}
	isolation := linking.ByLinks
	if r.project.Format == compose.Spec && r.project.Isolation != "link" {
		isolation = linking.ByProject
	}
	var text string
	var notes []compose.Note
	var err error
	if strings.HasPrefix(name, "stack") {
		text, _, notes, err = r.stacked(t, isolation)
	} else {
		links, e := linking.Resolve(r.project, linking.Options{Isolation: isolation})
		if e != nil {
			t.Fatal(e)
		}
		var file compose.Map
		file, notes = convert.Separated(r.project, links, r.values)
		var out []byte
		out, err = compose.MarshalMap(file)
		text = string(out)
	}
	var b strings.Builder
	var mistakes compose.Errors
	if errors.As(err, &mistakes) {
		b.WriteString("-- mistakes --\n")
		for _, m := range mistakes {
			fmt.Fprintf(&b, "%v\nhint: %s\n", m, strings.Join(m.Hints, "; "))
		}
	} else if err != nil {
		t.Fatal(err)
	} else {
		b.WriteString("-- written --\n" + text + "-- notes --\n")
		for _, n := range notes {
			b.WriteString(n.String() + "\n")
		}
	}
	return strings.ReplaceAll(strings.ReplaceAll(b.String(), dir+"/", ""), dir, "DIR")
}
