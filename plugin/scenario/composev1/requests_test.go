package composev1_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/docker/docker/client"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/scenario/composev1"
)

var update = flag.Bool("update", false, "rewrite the requests in testdata with those of docker-compose "+composev1.Version)

// project is the name of the projects of testdata.
const project = "shop"

// A file of testdata is a folder, the lines that are typed there, and the requests
// by which docker-compose 1.29.2 changes an engine then. It sends those of services
// that do not depend on each other at the same time, so they are sorted.
func TestTheRequestsAreThoseOfDockerCompose(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want string
			for i := range archive.Files {
				f := &archive.Files[i]
				if f.Name != "requests" {
					continue
				}
				if *update {
					f.Data = []byte(requests(t, archive, trueOne))
				}
				want = string(f.Data)
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(want, requests(t, archive, equal)); diff != "" {
				t.Errorf("docker-compose -, its equal +\n%s", diff)
			}
		})
	}
}

// requests are those that a program makes in the folder of a file.
func requests(t *testing.T, archive *txtar.Archive, run func(t *testing.T, host, dir string, args []string) error) string {
	t.Helper()
	dir := t.TempDir()
	var typed string
	for _, f := range archive.Files {
		switch f.Name {
		case "requests":
		case "typed":
			typed = string(f.Data)
		default:
			path := filepath.Join(dir, f.Name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	engine := enginetest.New(t, enginetest.Options{APIVersion: "1.41", Images: []enginetest.Image{enginetest.Probe("probe")}})
	tap := newTap(t, engine.Host(), dir)
	var all strings.Builder
	for line := range strings.Lines(typed) {
		line = strings.TrimSpace(line)
		args := strings.Fields(line)
		var err error
		if args[0] == "mv" {
			err = os.Rename(filepath.Join(dir, args[1]), filepath.Join(dir, args[2]))
		} else {
			err = run(t, tap.host, dir, args)
		}
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		fmt.Fprintf(&all, "> %s\n", line)
		for _, request := range tap.take() {
			all.WriteString(request)
		}
	}
	return all.String()
}

func equal(t *testing.T, host, dir string, args []string) error {
	cli, err := client.NewClientWithOpts(client.WithHost(host), client.WithAPIVersionNegotiation())
	if err != nil {
		return err
	}
	defer cli.Close()
	return composev1.Run(t.Context(), composev1.Options{Client: cli, Dir: dir, Env: map[string]string{"COMPOSE_PROJECT_NAME": project}}, args...)
}

func trueOne(t *testing.T, host, dir string, args []string) error {
	cmd := exec.Command("docker-compose", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+host, "COMPOSE_PROJECT_NAME="+project)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// tap writes the requests down that change an engine.
type tap struct {
	host, dir string
	mu        sync.Mutex
	requests  []string
	names     map[string]string // of containers, by their id
}

func newTap(t *testing.T, engine, dir string) *tap {
	t.Helper()
	p := &tap{dir: dir, names: map[string]string{}}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "engine"}) },
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", strings.TrimPrefix(engine, "unix://"))
		}},
		ModifyResponse: p.learn,
	}
	p.host = enginetest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead && !strings.HasSuffix(r.URL.Path, "/attach") {
			if err := p.note(r); err != nil {
				t.Error(err)
			}
		}
		proxy.ServeHTTP(w, r)
	}))
	return p
}

var version = regexp.MustCompile(`^/v1\.\d+`)

func (p *tap) note(r *http.Request) error {
	text := r.Method + " " + version.ReplaceAllString(r.URL.Path, "")
	query := r.URL.Query()
	for _, key := range []string{"name", "t", "v"} {
		if value := query.Get(key); value != "" && value != "False" {
			text += " " + key + "=" + value
		}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	text += "\n"
	var value map[string]any
	if json.Unmarshal(body, &value) == nil {
		for _, key := range []string{"AttachStdout", "AttachStderr", "AttachStdin", "StdinOnce", "Tty", "OpenStdin"} {
			delete(value, key)
		}
		plain, err := json.MarshalIndent(meant(value), "  ", "  ")
		if err != nil {
			return err
		}
		text += "  " + string(plain) + "\n"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = append(p.requests, text)
	return nil
}

// meant leaves out of a request what says nothing.
func meant(value map[string]any) map[string]any {
	kept := map[string]any{}
	for key, v := range value {
		switch v := v.(type) {
		case nil:
		case bool:
			if v {
				kept[key] = v
			}
		case float64:
			if v != 0 {
				kept[key] = v
			}
		case string:
			if v != "" {
				kept[key] = v
			}
		case []any:
			if key == "Binds" { // whose order is that of a set
				slices.SortFunc(v, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
			}
			if len(v) > 0 && key != "ConsoleSize" {
				kept[key] = v
			}
		case map[string]any:
			if key != "Volumes" && key != "ExposedPorts" && key != "PortBindings" {
				v = meant(v)
			}
			if len(v) > 0 {
				kept[key] = v
			}
		}
	}
	return kept
}

func (p *tap) learn(r *http.Response) error {
	if !strings.HasSuffix(r.Request.URL.Path, "/containers/create") || r.StatusCode != http.StatusCreated {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var made struct{ ID string }
	if err := json.Unmarshal(body, &made); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	name := r.Request.URL.Query().Get("name")
	for slices.Contains(slices.Collect(maps.Values(p.names)), name) {
		name += "'" // its replacement
	}
	p.names[made.ID] = name
	return nil
}

var changing = []struct {
	what *regexp.Regexp
	is   string
}{
	{regexp.MustCompile(`_run_[0-9a-f]+`), "_run_SLUG"},
	{regexp.MustCompile(`("com\.docker\.compose\.slug": )"[0-9a-f]+"`), `$1"SLUG"`},
	{regexp.MustCompile(`("com\.docker\.compose\.config-hash": )"[0-9a-f]+"`), `$1"HASH"`},
	{regexp.MustCompile(`\b[0-9a-f]{64}\b`), "VOLUME"},
}

// take gives the requests since the last time, sorted, without what differs each
// time.
func (p *tap) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []string
	for _, text := range p.requests {
		for id, name := range p.names {
			text = strings.ReplaceAll(text, id, "<"+name+">")
			text = strings.ReplaceAll(text, id[:12], "<short of "+name+">")
		}
		for _, c := range changing {
			text = c.what.ReplaceAllString(text, c.is)
		}
		list = append(list, strings.ReplaceAll(text, p.dir, "DIR"))
	}
	p.requests = nil
	slices.Sort(list)
	return list
}
