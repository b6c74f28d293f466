package realengine_test

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// realStack is how one of the real files of today is brought up.
type realStack struct {
	id       string
	profiles []string
	ends     map[string]int // services that end by themselves, and the status with which
	scale    map[string]int // services that the file has one container of
}

// realStacks bring up what the files of others are made of: conditions of dependencies,
// networks of several kinds, aliases, links, addresses, shared networks of services, ports,
// volumes, secrets, env files, profiles, includes, health checks, replicas.
var realStacks = []realStack{
	{id: "004"},
	{id: "007"},
	{id: "012"},
	{id: "016"},
	{id: "017"},
	{id: "018"},
	{id: "024"},
	{id: "027", ends: map[string]int{"setup": 3}, profiles: []string{"setup"}},
	{id: "030"},
	{id: "032"},
	{id: "042"},
	{id: "043", scale: map[string]int{"backend": 2, "queue-short": 3}},
	{id: "063"},
	{id: "066", profiles: []string{"database"}},
	{id: "067"},
	{id: "077"},
	{id: "089"},
	{id: "090"},
	{id: "114"},
	{id: "121"},
}

// TestStacksOfRealFilesAnswerAsThoseOfDockerCompose brings stacks of other people's files up
// with docker compose 5, which STACKLITE_COMPOSE names, and with the program, with images that
// stand in for theirs, and compares all that can be seen of them from outside and inside.
func TestStacksOfRealFilesAnswerAsThoseOfDockerCompose(t *testing.T) {
	theirs := os.Getenv("STACKLITE_COMPOSE")
	if theirs == "" {
		t.Skip("name docker compose 5 in STACKLITE_COMPOSE")
	}
	root := filesOfToday(t)
	cli := realengine.Connect(t)
	ours := filepath.Join(scenario.Program(t, "docker-stacklite"), "docker-stacklite")
	standin := buildStandin(t)
	files := indexOf(t, root)
	known, places := &differencesSeen{used: map[string]bool{}}, newPlaces()
	complete := int32(0)
	t.Run("stack", func(t *testing.T) {
		for _, r := range realStacks {
			t.Run(r.id, func(t *testing.T) {
				t.Parallel()
				b := &broughtUp{
					t: t, quiet: &places.quiet, cli: cli, realStack: r, root: root, files: files[r.id], standin: standin,
					dir: filepath.Join(t.TempDir(), "today"), project: projectName(),
				}
				b.prepare(theirs)
				t.Cleanup(places.take(b.model))
				t.Cleanup(b.clear)
				want := b.record(theirs, "up", "-d", "--no-build", "--pull", "never")
				got := b.record(ours, "up", "-d", "--no-build")
				known.compare(t, r.id, want, got)
				t.Logf("%d things of %d services", len(want), len(b.model.Services))
				atomic.AddInt32(&complete, 1)
			})
		}
	})
	if int(complete) == len(realStacks) { // with -run the others have not been brought up
		known.allNeeded(t)
	}
}

// places are what two stacks can't have at once: ports of the host, names that files give
// containers, addresses that they give networks.
type places struct {
	mu        sync.Mutex
	freed     *sync.Cond
	taken     map[string]bool
	addresses sync.RWMutex
	quiet     sync.RWMutex // held for writing while questions are asked: no network comes or goes
}

func newPlaces() *places {
	p := &places{taken: map[string]bool{}}
	p.freed = sync.NewCond(&p.mu)
	return p
}

// take waits until nothing of what a stack needs is taken, takes it and gives how to give it back.
func (p *places) take(m model) (release func()) {
	var need []string
	addresses := false
	for _, s := range m.Services {
		for _, port := range s.Ports {
			need = append(need, "port "+port.Published)
		}
		need = append(need, "name "+s.ContainerName)
	}
	for _, n := range m.Networks {
		addresses = addresses || len(n.IPAM.Config) > 0
	}
	// The engine may have given another stack's network what the file asks for.
	lock, unlock := p.addresses.RLock, p.addresses.RUnlock
	if addresses {
		lock, unlock = p.addresses.Lock, p.addresses.Unlock
	}
	lock()
	p.mu.Lock()
	defer p.mu.Unlock()
	need = slices.DeleteFunc(need, func(n string) bool { return n == "port " || n == "name " })
	for slices.ContainsFunc(need, func(n string) bool { return p.taken[n] }) {
		p.freed.Wait()
	}
	for _, n := range need {
		p.taken[n] = true
	}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, n := range need {
			delete(p.taken, n)
		}
		p.freed.Broadcast()
		unlock()
	}
}

func projectName() string {
	var b [4]byte
	rand.Read(b[:])
	return "sltreal" + hex.EncodeToString(b[:])
}

// filesOfToday is the folder that STACKLITE_MODERN_FILES names, or that lies beside the repository.
func filesOfToday(t *testing.T) string {
	t.Helper()
	root, named := os.LookupEnv("STACKLITE_MODERN_FILES")
	if !named {
		root = "../../../../shared/corpus-modern"
	}
	if _, err := os.Stat(filepath.Join(root, "INDEX.tsv")); !named && errors.Is(err, fs.ErrNotExist) {
		t.Skip("no real files: name a folder with INDEX.tsv in STACKLITE_MODERN_FILES")
	}
	return root
}

// indexOf gives by id the files that make up each stack.
func indexOf(t *testing.T, root string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "INDEX.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	head := strings.Split(lines[0], "\t")
	file, with := slices.Index(head, "file"), slices.Index(head, "with")
	found := map[string][]string{}
	for _, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		found[cells[0]] = append([]string{cells[file]}, strings.Fields(cells[with])...)
	}
	return found
}

// seen is what can be seen of a stack, each thing by a name of its own.
type seen map[string]string

// add takes in a value, and what is in it, each by its path.
func (s seen) add(path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, in := range v {
			s.add(path+"/"+name, in)
		}
	case string:
		s[path] = v
	default:
		text, err := json.Marshal(v)
		if err != nil {
			text = []byte(fmt.Sprint(v))
		}
		s[path] = string(text)
	}
}
