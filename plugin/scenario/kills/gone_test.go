//go:build !windows

package kills_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/scenario"
)

// between is what stands between a command and its engine.
type between struct {
	host     string
	listener net.Listener

	mu    sync.Mutex
	conns []net.Conn
}

// before puts something before an engine that can take it away.
func before(t *testing.T, host string) *between {
	t.Helper()
	dir, err := os.MkdirTemp("", "gone") // a socket's path has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "docker.sock")
	b := &between{host: "unix://" + socket}
	if b.listener, err = net.Listen("unix", socket); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.gone)
	network, address, _ := strings.Cut(host, "://")
	go func() {
		for {
			in, err := b.listener.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial(network, address)
			if err != nil {
				in.Close()
				continue
			}
			b.mu.Lock()
			b.conns = append(b.conns, in, out)
			b.mu.Unlock()
			go passOn(out, in)
			go passOn(in, out)
		}
	}()
	return b
}

// passOn passes on what is written, and its end.
func passOn(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	if half, is := to.(interface{ CloseWrite() error }); is {
		_ = half.CloseWrite()
	}
}

// gone cuts all connections off, and takes no more.
func (b *between) gone() {
	b.listener.Close()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.conns {
		c.Close()
	}
}

func TestAnEngineThatIsGoneIsNamedOnce(t *testing.T) {
	for _, line := range []string{"logs -f", "up", "exec -T web /probe say -n 100000 -every 20ms line", "run --rm -T web /probe say -n 100000 -every 20ms line", "events", "wait web"} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			s := onMemory(t, "1.51")
			s.WriteNamed(stack)
			s.Must(s.Stacklite("up", "-d"))
			b := before(t, s.Host)
			cmd := s.Command(strings.Fields(line)...)
			cmd.Env = append(cmd.Env, "DOCKER_HOST="+b.host)
			s.Memory.ResetCalls()
			v := started(t, cmd, piped)
			switch line {
			case "events", "wait web":
				v.waits(t, asked(s, "/events", "/wait"))
			default:
				if !v.says("line\n") {
					t.Fatalf("it did not begin:\n%s", v.said())
				}
			}
			b.gone()
			code := v.ends(t)
			var errors []string
			for printed := range strings.Lines(v.said()) {
				if strings.HasPrefix(printed, "stack-lite:") || strings.HasPrefix(printed, "note: no logs") || strings.Contains(printed, "EOF") {
					errors = append(errors, printed)
				}
			}
			if code != 1 || len(errors) != 1 || !strings.Contains(errors[0], b.host) {
				t.Errorf("ended with %d:\n%s", code, v.said())
			}
		})
	}
}

// asked ends when an engine in memory was asked for one of these.
func asked(s *scenario.Stage, ends ...string) <-chan struct{} {
	point := make(chan struct{})
	go func() {
		defer close(point)
		for {
			for _, c := range s.Memory.Calls() {
				for _, end := range ends {
					if strings.HasSuffix(c.Path, end) {
						return
					}
				}
			}
		}
	}()
	return point
}
