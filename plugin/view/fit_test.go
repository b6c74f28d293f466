package view

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

const (
	longProject  = "screens-customer-portal-production"
	longGateway  = longProject + "_authentication-gateway-frontend_1"
	longDatabase = longProject + "_relational-database-primary_1"
)

// narrowTerminal is 80 columns wide, for results and all else.
func narrowTerminal(w io.Writer) Options {
	return Options{Out: w, Err: w, OutIsTerminal: true, ErrIsTerminal: true, Dumb: true, Prefix: longProject + "_",
		Size: func() (int, int) { return 80, 24 }}
}

// portTaken is an error with hints.
type portTaken struct{ hints []string }

func (portTaken) Error() string {
	return longGateway + " can't start: port 8080 of the host is taken by a program that is no container of this engine"
}
func (h portTaken) Hints() []string { return h.hints }

// On a terminal nothing is cut within a word, and only a name that is wider than
// the terminal goes on in the next line.
func TestTextsFitATerminal(t *testing.T) {
	type row struct{ Name, Image, Status, Ports string }
	rows := []row{
		{longGateway, "registry.example.com/gateway:1.2", "Up Less than a second", "0.0.0.0:18080->80/tcp, [::]:18080->80/tcp, 0.0.0.0:18090->8080/tcp"},
		{longDatabase, "postgres:9", "Exited (137) 2 days ago", ""},
	}
	create := plan.Task{Verb: plan.Create, Kind: "container", Name: longGateway}
	relink := plan.Task{Verb: plan.Relink, Kind: "container", Name: longDatabase}
	p := &plan.Plan{Notes: []string{"a first line that is wider than the terminal is, about " + longGateway + "\n  and a second one"}, Steps: []plan.Step{
		{Task: create, Cause: "missing"},
		{Task: relink, Cause: "new containers find it there until it is replaced", Action: plan.StartContainer{Name: longDatabase}},
	}}
	tree := fmt.Sprintf("gateway   publishes 0.0.0.0:18080->80/tcp, 0.0.0.0:18090->8080/tcp\n│  %s  10.222.0.115 on gateway.database, 10.222.0.131 on gateway.queue\n├─ database  gateway.database\n└─ queue as mq  gateway.queue\n", longGateway)
	for name, print := range map[string]func(Options) error{
		"table": func(o Options) error { return Table(o, "table", []string{"Name", "Image", "Status", "Ports"}, rows) },
		"plan":  func(o Options) error { return PrintPlan(o, "tasks", p) },
		"tree":  func(o Options) error { return Tree(o, tree) },
		"lines": func(o Options) error {
			return Lines(o, "yes: gateway reaches database", "  on network gateway.database as database, database_1, db, db_1, primary at 10.222.0.130 and at fd00::130")
		},
		"error": func(o Options) error {
			PrintError(o, portTaken{[]string{
				"to give it another port, write one that is free into the file, for example 8081:8080",
				"to see who listens there: docker stacklite -f fig.yml --project-directory /srv/" + longProject + " ps --format '{{.Name}} {{.Ports}}' gateway",
			}})
			PrintError(o, errors.New("short"))
			return nil
		},
		"note": func(o Options) error {
			PrintNotes(o, []compose.Note{{Pos: compose.Pos{File: "fig.yml", Line: 12, Column: 10}, Text: `is taken as a list with the one item "3306:3306", which publishes a port on all addresses`}})
			PrintNotes(o, []compose.Note{{Text: "日本語の名前 " + strings.Repeat("日本 ", 20)}})
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := print(narrowTerminal(&b)); err != nil {
				t.Fatal(err)
			}
			if w := widest(b.String()); w > 80 {
				t.Errorf("%d columns", w)
			}
			golden(t, "fit-"+name, b.Bytes())
			var piped bytes.Buffer
			if err := print(Options{Out: &piped, Err: &piped, Prefix: longProject + "_"}); err != nil {
				t.Fatal(err)
			}
			if name != "table" && !strings.Contains(piped.String(), "\n") || name == "table" && !strings.Contains(piped.String(), longGateway) {
				t.Errorf("a pipe gets\n%s", piped.String())
			}
		})
	}
}

func TestACommandOfAHintCanBePastedHoweverNarrow(t *testing.T) {
	hint := "to see it: docker stacklite -f 'a file with  blanks in it and more of them.yml' -p shop ps --format '{{.Name}} {{.Ports}}' web"
	for width := 20; width < 130; width++ {
		folded := foldHint(hint, width, 6)
		_, command, _ := strings.Cut(folded, "docker")
		command = strings.ReplaceAll(command, "\\\n    ", "")
		if want := strings.TrimPrefix(hint, "to see it: docker"); command != want {
			t.Errorf("%d columns:\n%s", width, cmp.Diff(want, command))
		}
	}
}

func TestProgressKeepsItsColumnsWithLongNames(t *testing.T) {
	tasks := []plan.Task{
		{Verb: plan.Create, Kind: "container", Name: longGateway},
		{Verb: plan.Create, Kind: "container", Name: longDatabase},
		{Verb: plan.Create, Kind: "network", Name: longProject + "_authentication-gateway-frontend.relational-database-primary-of-all"},
	}
	p := &plan.Plan{}
	for _, task := range tasks {
		p.Steps = append(p.Steps, plan.Step{Task: task})
	}
	for _, width := range []int{40, 80, 200} {
		tracker := newTracker(p, planTask)
		tracker.prefix = longProject + "_"
		for i, s := range p.Steps {
			tracker.event(plan.Event{Index: i, Step: s, Phase: plan.Begun}, time.Unix(0, 0))
			tracker.event(plan.Event{Index: i, Step: s, Phase: plan.Done}, time.Unix(1, 0))
		}
		at := -1
		for _, row := range tracker.frame(width, 10, time.Unix(1, 0), false) {
			is := cells(strings.SplitAfter(row.text, " ... ")[0])
			if row.width > width || !strings.Contains(row.text, " ... done 1.0s") || at >= 0 && is != at {
				t.Errorf("%d columns: %s", width, row.text)
			}
			at = is
			if strings.Contains(row.text, longProject) != (width == 200) {
				t.Errorf("%d columns: %s", width, row.text)
			}
		}
	}
}
