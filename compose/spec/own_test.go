package spec_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/stack-lite/stack-lite/compose"
)

func TestWhatASwarmIsToDoIsReadFromTheTopAndFromServices(t *testing.T) {
	dir := t.TempDir()
	file := `
x-stack-lite:
  isolation: link
  engine: swarm
  encrypt: ${ENCRYPT}
  publish_mode: host
  update: {parallelism: 0, delay: 5s, order: start-first, max_failure_ratio: 0.25}
  placement: {db: [node.hostname == one]}
services:
  db:
    image: postgres
    x-stack-lite: {placement: ["node.labels.disk != slow"]}
  web: {image: shop}
`
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}
	p, _, err := loadIn(dir, map[string]string{"ENCRYPT": "true"})
	if err != nil {
		t.Fatal(err)
	}
	all, delay, ratio := uint64(0), 5*time.Second, 0.25
	want := &compose.Swarm{
		Engine: compose.OnSwarm, Encrypt: true, PublishMode: compose.PublishHost,
		Update:    &compose.Update{Parallelism: &all, Delay: &delay, Order: "start-first", MaxFailureRatio: &ratio},
		Placement: map[string][]string{"db": {"node.hostname == one", "node.labels.disk != slow"}},
	}
	if !reflect.DeepEqual(p.Swarm, want) || p.Isolation != "link" {
		t.Errorf("%+v, isolation %q", p.Swarm, p.Isolation)
	}
}
