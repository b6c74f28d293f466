package graph_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stack-lite/stack-lite/compose/printable"
	"github.com/stack-lite/stack-lite/linking"
	"github.com/stack-lite/stack-lite/linking/graph"
)

var update = flag.Bool("update", false, "rewrite the goldens with what the code says now")

// TestEveryFormatIsAsInTestdata reads testdata/*.txtar: a graph as JSON, and what
// every format makes of it.
func TestEveryFormatIsAsInTestdata(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var g graph.Graph
			if err := json.Unmarshal(a.Files[0].Data, &g); err != nil {
				t.Fatal(err)
			}
			got := a.Files[:1:1]
			for _, f := range graph.Formats() {
				got = append(got, txtar.File{Name: f.Name, Data: []byte(written(t, f.Name, g))})
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(&txtar.Archive{Comment: a.Comment, Files: got}), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(a.Files, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func written(t *testing.T, format string, g graph.Graph) string {
	t.Helper()
	var b bytes.Buffer
	if err := graph.Write(&b, format, g); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// odd is a graph of names that every format has to quote.
func odd() graph.Graph {
	return graph.Graph{
		Project: `a"<b>&\`,
		Nodes: []graph.Node{
			{Name: `x"<y>&\#`, Ports: []string{"<1>"}}, {Name: "loop"}, {Name: `x"<y>&\#`, External: true},
		},
		Edges: []graph.Edge{
			{From: `x"<y>&\#`, To: "loop", Kind: linking.LinkEdge, Aliases: []string{`"|<`}, Network: "n"},
			{From: "loop", To: `x"<y>&\#`, Kind: linking.DiscoveryEdge},
			{From: "loop", To: `x"<y>&\#`, Kind: linking.ExternalEdge},
		},
		Networks: []graph.Network{{Name: "n", Kind: linking.Linked, Members: []string{"loop", `x"<y>&\#`}}},
	}
}

func TestSVGIsWellFormedWhateverTheNames(t *testing.T) {
	for name, g := range map[string]graph.Graph{"odd": odd(), "empty": {}, "hostile": {Project: hostile, Nodes: []graph.Node{{Name: hostile}}}} {
		d := xml.NewDecoder(strings.NewReader(written(t, "svg", g)))
		for {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, written(t, "svg", g))
			}
		}
	}
}

// hostile is what a container may have for a name, or an engine answer.
const hostile = "a\x1b[2J\x1b]0;t\ab\rc\nd\u009be\u202ef\u200bg" + `"]; %%{init: {}}%% <script>&lt;` + "`x`\\"

// A name can neither forge a line, nor end what it stands in, nor reach a
// terminal; and JSON has it as it is.
func TestNoNameBreaksOutOfAFormat(t *testing.T) {
	g := graph.Graph{
		Project: hostile,
		Nodes: []graph.Node{
			{
				Name: hostile, Net: hostile, Ports: []string{hostile},
				Containers: []graph.Container{
					{Name: hostile, State: hostile},
					{Name: hostile, State: "running", Endpoints: []graph.Endpoint{{Network: hostile, Address: hostile}}},
				},
			},
			{Name: "b", External: true},
		},
		Edges:    []graph.Edge{{From: hostile, To: "b", Kind: linking.ExternalEdge, Aliases: []string{hostile}, Network: hostile}},
		Networks: []graph.Network{{Name: hostile, Kind: linking.Isolated, Members: []string{hostile}, Externals: []string{hostile}, Subnet: hostile}},
	}
	quiet, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	name, err := json.Marshal(hostile)
	if err != nil {
		t.Fatal(err)
	}
	var same graph.Graph
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(quiet), string(name), `"x"`)), &same); err != nil {
		t.Fatal(err)
	}
	for _, f := range graph.Formats() {
		got := written(t, f.Name, g)
		if printable.Document(got) != got {
			t.Errorf("%s has what is not printable: %q", f.Name, got)
		}
		if lines, want := strings.Count(got, "\n"), strings.Count(written(t, f.Name, same), "\n"); lines != want {
			t.Errorf("%s has %d lines, not %d:\n%s", f.Name, lines, want, got)
		}
		for _, word := range map[string][]string{
			"mermaid": {"%%", "<s", "`", "&", `b"`}, "svg": {"<script", "&lt;script>"}, "dot": {`g"]`},
		}[f.Name] {
			if strings.Contains(got, word) {
				t.Errorf("%s lets %q through:\n%s", f.Name, word, got)
			}
		}
	}
	var back graph.Graph
	if err := json.Unmarshal([]byte(written(t, "json", g)), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(g, back); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAnExternalContainerIsNoServiceOfTheSameName(t *testing.T) {
	for format, want := range map[string][]string{
		"mermaid": {"n2 -.->|", " n1\n", "n2 ==>|", " n3\n"},
		"dot":     {"n2 -> n1 [", "n2 -> n3 ["},
	} {
		got := written(t, format, odd())
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: no %q in\n%s", format, w, got)
			}
		}
	}
}

func TestJSONIsTheGraph(t *testing.T) {
	var got graph.Graph
	if err := json.Unmarshal([]byte(written(t, "json", odd())), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(odd(), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAnUnknownFormatNamesTheKnownOnes(t *testing.T) {
	err := graph.Write(io.Discard, "png", graph.Graph{})
	if err == nil || err.Error() != `no graph format "png": there are tree, mermaid, dot, svg, json` {
		t.Errorf("got %v", err)
	}
}
