package engine

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"
)

type noteKey struct{}

// calling is a context that notes its calls, and what was noted.
func calling(t *testing.T) (context.Context, func() []string) {
	t.Helper()
	var mu sync.Mutex
	var calls []string
	add := func(i int, text string) {
		mu.Lock()
		defer mu.Unlock()
		calls[i] += text
	}
	ctx := WithCalls(t.Context(), func(ctx context.Context, method, path string) Call {
		mu.Lock()
		defer mu.Unlock()
		i := len(calls)
		calls = append(calls, fmt.Sprint(ctx.Value(noteKey{}), " ", method, " ", path))
		var once sync.Once
		return Call{
			Asked:    func(path string) { add(i, path) },
			Answered: func(status int) { add(i, fmt.Sprint(" ", status)) },
			Ended:    func() { once.Do(func() { add(i, " ended") }) },
		}
	})
	return ctx, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(calls)
	}
}

// Calls are noted by the context, through whatever the engine is reached: its answers,
// those that it refuses, those that become a connection, and those without an answer.
// The engine is not told.
func TestAContextHasItsCallsNoted(t *testing.T) {
	var mu sync.Mutex
	var told []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		for name := range r.Header {
			if strings.Contains(strings.ToLower(name), "trace") {
				told = append(told, name)
			}
		}
		mu.Unlock()
		switch {
		case strings.HasSuffix(r.URL.Path, "/networks"):
			_, _ = w.Write([]byte("[]"))
		case strings.HasSuffix(r.URL.Path, "/start"):
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = conn.Write([]byte("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"))
			_ = conn.Close()
		default:
			http.NotFound(w, r)
		}
	}))
	cli, err := client.NewClientWithOpts(client.WithHost("tcp://"+server.Listener.Addr().String()), client.WithVersion("1.44"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, calls := calling(t)
	ask := func(ctx context.Context) {
		t.Helper()
		if _, err := cli.NetworkList(ctx, network.ListOptions{}); err != nil {
			t.Fatal(err)
		}
		_, _ = cli.ContainerInspect(context.WithValue(ctx, noteKey{}, "step"), "web")
		conn, err := cli.ContainerExecAttach(context.WithoutCancel(ctx), "abc", container.ExecAttachOptions{})
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
	}
	ask(t.Context())
	if got := calls(); len(got) > 0 {
		t.Errorf("without a context for it there are noted %q", got)
	}
	ask(ctx)
	server.Close()
	_, _ = cli.NetworkList(ctx, network.ListOptions{})
	want := []string{
		"<nil> GET /v1.44/networks 200 ended", "step GET /v1.44/containers/web/json 404 ended", "<nil> POST /v1.44/exec/abc/start 101",
		"<nil> GET /v1.44/networks ended",
	}
	if got := calls(); !slices.Equal(got, want) {
		t.Errorf("noted are\n%q, want\n%q", got, want)
	}
	if len(told) > 0 {
		t.Errorf("the engine is told %v", told)
	}
}

func TestThePathOfACallIsWithoutParametersAndHost(t *testing.T) {
	for address, want := range map[string]string{
		"http://%2Fvar%2Frun%2Fdocker.sock/v1.41/exec/a/start": "/v1.41/exec/a/start",
		"/v1.41/containers/a/attach?stdin=1&stream=1":          "/v1.41/containers/a/attach",
		"https://u:p@there:2376/v1.44/x%20y?buildargs=secret":  "/v1.44/x y",
		"http://there": "there",
		"/%zz":         "/%zz",
	} {
		if got := pathOf(address); got != want {
			t.Errorf("of %s: %s, want %s", address, got, want)
		}
	}
}
