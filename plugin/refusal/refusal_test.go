package refusal

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite what is said in golden files")

// besides is what a caller knows beside an engine's words.
func besides() Facts {
	return Facts{
		"service": "web", "container": "demo_web_1", "image": "demo/web:1", "holder": "the container other", "holding": "other", "another": "8081:80",
		"host": "ssh://me@there", "ssh": "ssh me@there",
	}
}

// testdata/said.txt has, for each thing that an engine refuses, what one said of it
// when it was asked for that (or, where that can't be brought about, what its source
// says), and what is made of it.
func TestWhatEnginesSayIsPutIntoWordsToActOn(t *testing.T) {
	const file = "testdata/said.txt"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	tested := map[string]bool{} // patterns
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			fmt.Fprintln(&out, line)
		}
		engine, said, found := strings.Cut(line, ": ")
		if !found || !strings.HasPrefix(engine, "engine ") && !strings.HasPrefix(engine, "node ") && engine != "client" {
			continue
		}
		read := Read
		if engine == "client" {
			read = Way
		}
		if strings.HasPrefix(engine, "node ") {
			read = OfTask
		}
		facts := besides()
		if engine == "client" && !strings.Contains(said, "ssh") {
			facts["host"], facts["ssh"] = "tcp://there:2376", ""
		}
		r := read(errors.New(said), facts)
		fmt.Fprintf(&out, "\n%s\n  kind: %s\n  says: %s\n", line, r.Kind, r.Error())
		for _, hint := range r.Hints() {
			fmt.Fprintf(&out, "  hint: %s\n", hint)
		}
		for _, row := range slices.Concat(known, taskRows, ways) {
			for _, p := range row.said {
				tested[p.String()] = tested[p.String()] || row.kind == r.Kind && p.MatchString(said)
			}
		}
		if strings.Contains(r.Error(), Daemon) || strings.Contains(r.Error(), "${") {
			t.Errorf("%q is told as %q", said, r.Error())
		}
	}
	if *update {
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if out.String() != string(text) {
		t.Errorf("%s is not what is said:\n%s", file, out.String())
	}
	for _, row := range slices.Concat(known, taskRows, ways) {
		for _, p := range row.said {
			if !tested[p.String()] {
				t.Errorf("%s: no engine in %s says %s", row.kind, file, p)
			}
		}
	}
}

func TestWhatNoRowKnowsHasTheWordsOfTheEngine(t *testing.T) {
	err := errors.New(`Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: something new: unknown`)
	r := Read(err, nil)
	if r.Kind != "" || r.Error() != "something new" || !errors.Is(r, err) {
		t.Errorf("%q: %v", r.Kind, r)
	}
}

func TestHintsNeedWhatTheyName(t *testing.T) {
	err := errors.New("Error response from daemon: Container 1234 is not running")
	if got := Read(err, nil).Hints(); len(got) > 0 {
		t.Errorf("without a service: %q", got)
	}
	if got := Read(err, Facts{"service": "web"}).Hints(); len(got) != 2 {
		t.Errorf("with one: %q", got)
	}
}

func TestWhatAnEngineSaysInThePlaceOfACommandIsKnown(t *testing.T) {
	for text, want := range map[string]bool{
		"OCI runtime exec failed: exec failed: unable to start container process: exec: \"x\": executable file not found in $PATH: unknown\r\n": true,
		"unable to find user nosuch: no matching entries in passwd file\n":                                                                      true,
		"hello\n": false,
	} {
		if OfExec(text) != want {
			t.Errorf("%q", text)
		}
	}
}

func TestAConnectionBySSHThatEndsIsNoEngineThatWasStopped(t *testing.T) {
	facts := Facts{"host": "ssh://me@there", "ssh": "ssh me@there"}
	r := Way(errors.New("error during connect: Get \"http://docker.example.com/v1.41/info\": write |1: broken pipe"), facts)
	want := "ssh does not reach the docker engine at ssh://me@there: the connection ended"
	if r.Kind != SSHFailed || r.Error() != want || !slices.Equal(r.Hints(), []string{"try: ssh me@there docker version"}) {
		t.Errorf("%s: %v, %q", r.Kind, r, r.Hints())
	}
}
