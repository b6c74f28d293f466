package recordings_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
)

// words puts names that are always the same in the place of what is another
// each time.
type words struct {
	dir, address string

	mu    sync.Mutex
	known []string          // pairs for a strings.Replacer
	seen  map[string]bool   // identifiers
	ids   map[string]string // by name
	count map[string]int    // of things that had the same name
	runs  map[string]string // numbers of one-off containers
}

func newWords(dir, address string) *words {
	return &words{dir: dir, address: address, seen: map[string]bool{}, ids: map[string]string{}, count: map[string]int{}, runs: map[string]string{}}
}

// described is what an answer of the engine says about one thing.
type described struct {
	ID       string `json:"Id"`
	Name     string
	Names    []string
	RepoTags []string
	Mounts   []struct{ Type, Name, Destination string }
}

// learn notes what an identifier stands for.
func (w *words) learn(path string, d described) {
	kind, name := "CONTAINER", d.Name
	if len(d.Names) > 0 {
		name = d.Names[0]
	}
	switch {
	case strings.HasPrefix(path, "/networks"):
		kind = "NETWORK"
	case strings.HasPrefix(path, "/images"):
		kind, name = "IMAGE", strings.Join(d.RepoTags, " ")
	}
	name = w.plain(strings.TrimPrefix(name, "/"))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note(d.ID, kind+"("+name+")")
	for _, m := range d.Mounts {
		if m.Type == "volume" {
			w.note(m.Name, "VOLUME("+name+":"+m.Destination+")")
		}
	}
}

var identifier = regexp.MustCompile(`^(sha256:)?[0-9a-f]{64}$`)

func (w *words) note(id, name string) {
	if !identifier.MatchString(id) || w.seen[id] {
		return
	}
	w.seen[id] = true
	if w.count[name]++; w.count[name] > 1 {
		name = fmt.Sprintf("%s#%d)", strings.TrimSuffix(name, ")"), w.count[name])
	}
	id = strings.TrimPrefix(id, "sha256:")
	w.ids[name] = id
	w.known = append(w.known, id, name, id[:12], name)
}

var (
	runNumber = regexp.MustCompile(`_run_[0-9a-f]{12}\b`)
	elapsed   = regexp.MustCompile(`\b(Up|Exited \(\d+\)) (Less than a second|\d+ seconds?|About a minute)\b`)
	// How wide the column of a table is depends on what was elapsed.
	column    = regexp.MustCompile(`(?m)^(NAME .*STATUS|.* A WHILE(?: \(Paused\)| ago)?) {2,}`)
	startTime = regexp.MustCompile(`\b\d\d:\d\d( +\?)`)
	execution = regexp.MustCompile(`/exec/[0-9a-f]{64}/`)
	endpoint  = regexp.MustCompile(`\([0-9a-f]{64}\)`)
	spent     = regexp.MustCompile(`(?m)^(\d+ [a-z]+ [a-z]+, .*?)(\d+\.\d s|\d+ s|\dm\d\ds)$`)
	folderID  = regexp.MustCompile(`\bstacklite\d+\b`)
	moment    = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?`)
)

// plain is a text without what differs each time.
func (w *words) plain(text string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	text = strings.NewReplacer(append(w.known, w.address, "ADDRESS", w.dir, "FOLDER")...).Replace(text)
	text = runNumber.ReplaceAllStringFunc(text, func(found string) string {
		if strings.HasPrefix(found, "_run_00000000") {
			return found // such a number already
		}
		if w.runs[found] == "" {
			w.runs[found] = fmt.Sprintf("_run_%012d", len(w.runs)+1)
		}
		return w.runs[found]
	})
	text = elapsed.ReplaceAllString(text, "$1 A WHILE")
	text = column.ReplaceAllString(text, "$1   ")
	text = startTime.ReplaceAllString(text, "HH:MM$1")
	text = execution.ReplaceAllString(text, "/exec/EXEC/")
	text = endpoint.ReplaceAllString(text, "(ENDPOINT)")
	text = spent.ReplaceAllString(text, "${1}A WHILE")
	text = folderID.ReplaceAllString(text, "stackliteNUMBER")
	return moment.ReplaceAllString(text, "TIME")
}

// id is the identifier that a name was put in the place of.
func (w *words) id(name string) (string, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id, ok := w.ids[name]
	return id, ok
}

// pretty is the body of a call without what an empty one says too: indented,
// with its names sorted.
func pretty(path string, body []byte) string {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return string(body)
	}
	switch {
	case path == "/networks/create":
		// The client of the API adds it for old engines, whatever the program does.
		delete(v.(map[string]any), "CheckDuplicate")
		v = without(v, generic(network.CreateRequest{CreateOptions: network.CreateOptions{IPAM: &network.IPAM{}}}))
	case strings.HasSuffix(path, "/exec"):
		v = without(v, generic(container.ExecOptions{}))
	case path == "/containers/create":
		v = without(v, generic(container.CreateRequest{
			Config: &container.Config{}, HostConfig: &container.HostConfig{}, NetworkingConfig: &network.NetworkingConfig{},
		}))
		if networking, ok := v.(map[string]any)["NetworkingConfig"].(map[string]any); ok {
			endpoints, _ := networking["EndpointsConfig"].(map[string]any)
			for name, e := range endpoints {
				endpoints[name] = without(e, generic(network.EndpointSettings{}))
			}
		}
	case strings.HasSuffix(path, "/connect"):
		v = without(v, generic(network.ConnectOptions{EndpointConfig: &network.EndpointSettings{}}))
	}
	return layout(v, "")
}

// layout is a value as JSON with the names sorted: on one line where that is
// short, else with a line for each part.
func layout(v any, indent string) string {
	line := compact(v)
	if len(indent)+len(line) <= 96 {
		return line
	}
	var parts []string
	open, end := "{", "}"
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, compact(name)+": "+layout(v[name], indent+"  "))
		}
	case []any:
		open, end = "[", "]"
		for _, item := range v {
			parts = append(parts, layout(item, indent+"  "))
		}
	default:
		return line
	}
	inside := "\n" + indent + "  "
	return open + inside + strings.Join(parts, ","+inside) + "\n" + indent + end
}

func compact(v any) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // what came out of JSON goes into it
	}
	return strings.TrimSpace(out.String())
}

// generic is a value as JSON has it.
func generic(v any) (g any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // a type of the Docker API always marshals
	}
	if err := json.Unmarshal(b, &g); err != nil {
		panic(err)
	}
	return g
}

// without is an object without the fields that are as in another one.
func without(v, empty any) any {
	object, ok := v.(map[string]any)
	blank, ok2 := empty.(map[string]any)
	if !ok || !ok2 {
		return v
	}
	left := map[string]any{}
	for name, value := range object {
		if b, ok := blank[name]; ok && reflect.DeepEqual(value, b) {
			continue
		}
		left[name] = without(value, blank[name])
	}
	return left
}
