package swarm_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// A file whose links convert can say to docker stack: who finds whom is asked of that with
// the same questions as of what this program makes in a swarm itself.
const convertedFile = `
web: {image: PROBE, links: [db, cache]}
worker: {image: PROBE, links: [db]}
cache: {image: PROBE}
lone: {image: PROBE}
db: {image: PROBE}
`

func convertedFinds() finds {
	return finds{
		"web":    {"db": "db", "cache": "cache"},
		"worker": {"db": "db"},
		"cache":  {"web": "web"},
		"lone":   {},
		"db":     {"web": "web", "worker": "worker"},
	}
}

func TestAConvertedFileKeepsServicesApartOverTheNodesOfASwarm(t *testing.T) {
	n := connect(t)
	s := stack{nodes: n, project: fmt.Sprintf("conv%d", os.Getpid())}
	dir := t.TempDir()
	file := filepath.Join(dir, "fig.yml")
	text := strings.ReplaceAll(convertedFile, "PROBE", n.pushed("first"))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(scenario.Program(t, "docker-stacklite"), "docker-stacklite")
	made := filepath.Join(dir, "stack.yml")
	out, err := exec.Command(program, "-f", file, "-p", s.project, "convert", "--to", "stack").Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(made, out, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if out, err := n.output(dir, nil, "docker", "stack", "rm", s.project); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		n.wait(time.Minute, s.nothingLeft)
	})
	if out, err := n.output(dir, nil, "docker", "stack", "deploy", "-c", made, s.project); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := n.output(dir, nil, "docker", "service", "scale", "-d", s.project+"_web=4"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s.keptApart(convertedFinds(), map[string]int{"web": 4, "worker": 1, "cache": 1, "lone": 1, "db": 1})
}
