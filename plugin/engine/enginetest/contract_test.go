package enginetest_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"
	"github.com/google/go-cmp/cmp"

	"github.com/stack-lite/stack-lite/plugin/engine/enginetest"
	"github.com/stack-lite/stack-lite/plugin/engine/enginetest/realengine"
)

var update = flag.Bool("update", false, "rewrite testdata/contract with the answers of the real engine")

// The files of testdata/contract are dialogues with a real Engine 20.10:
//
//	> METHOD /path {JSON body} | .field.to.show .another
//	status message-or-fields
//
// Identifiers and times are replaced by words. The engine in memory has to
// answer the same, and so has the real one, where there is one.

const contractImage = "hent-probe:test"

func TestTheEngineInMemoryKeepsTheContract(t *testing.T) {
	for _, file := range contracts(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			e := enginetest.New(t, enginetest.Options{
				APIVersion: "1.41",
				Images:     []enginetest.Image{enginetest.Probe(contractImage)},
			})
			want, got := hold(t, file, e.Host())
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the engine in memory answers otherwise (-want +got):\n%s", diff)
			}
		})
	}
}

// The contract is that of Engine 20.10; of another one only the statuses are
// compared, for the words of errors change between releases.
func TestTheRealEngineKeepsTheContract(t *testing.T) {
	cli := realengine.Connect(t)
	v, err := cli.ServerVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(cli.DaemonHost(), "unix://") {
		t.Skipf("the contract is asked over a unix socket, not %s", cli.DaemonHost())
	}
	realengine.InstallProbe(t, cli, contractImage)
	for _, file := range contracts(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Cleanup(func() { clear(t, cli) })
			want, got := hold(t, file, cli.DaemonHost())
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if !strings.HasPrefix(v.Version, "20.10.") {
				want, got = statuses(want), statuses(got)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the real engine answers otherwise (-want +got):\n%s", diff)
			}
		})
	}
}

func contracts(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/contract/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no contracts: %v", err)
	}
	return files
}

// statuses leaves only the number of each answer.
func statuses(dialogue string) string {
	return regexp.MustCompile(`(?m)^(\d+).*$`).ReplaceAllString(dialogue, "$1")
}

// hold asks an engine the questions of a file and writes the dialogue down.
func hold(t *testing.T, file, host string) (want, got string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	socket := strings.TrimPrefix(host, "unix://")
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	defer transport.CloseIdleConnections()
	var said strings.Builder
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "> "):
			answer, err := put(&http.Client{Transport: transport}, strings.TrimPrefix(line, "> "))
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			fmt.Fprintf(&said, "%s\n%s\n", line, answer)
		case line == "" || strings.HasPrefix(line, "#"):
			fmt.Fprintln(&said, line)
		}
	}
	return string(b), said.String()
}

// put asks one question: METHOD /path {body} | .field...
func put(c *http.Client, question string) (string, error) {
	question, fields, _ := strings.Cut(question, " | ")
	method, rest, _ := strings.Cut(question, " ")
	path, body, _ := strings.Cut(rest, " ")
	req, err := http.NewRequest(method, "http://engine/v1.41"+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	answer := []string{strconv.Itoa(resp.StatusCode)}
	var value any
	if json.Unmarshal(content, &value) == nil {
		if resp.StatusCode >= http.StatusBadRequest {
			fields = ".message"
		}
		for field := range strings.FieldsSeq(fields) {
			answer = append(answer, show(value, field))
		}
	}
	return plain(strings.Join(answer, " ")), nil
}

// show prints the part of a value that a path such as .State.Status leads to.
func show(value any, path string) string {
	for key := range strings.SplitSeq(strings.TrimPrefix(path, "."), ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[key]
		case []any:
			if i, err := strconv.Atoi(key); err == nil && i < len(v) {
				value = v[i]
			} else {
				value = len(v)
			}
		default:
			value = nil
		}
	}
	if text, ok := value.(string); ok {
		return text
	}
	b, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// plain puts words in place of what differs each time.
func plain(s string) string {
	s = regexp.MustCompile(`\b[0-9a-f]{64}\b`).ReplaceAllString(s, "<id>")
	s = regexp.MustCompile(`\b[0-9a-f]{12}\b`).ReplaceAllString(s, "<short>")
	return s
}

// clear removes what a dialogue left on a real engine.
func clear(t *testing.T, cli *client.Client) {
	ctx := context.Background()
	mine := func(name string) bool { return strings.HasPrefix(strings.TrimPrefix(name, "/"), "hent-c-") }
	containers, err := cli.ContainerList(ctx, container.ListOptions{All: true})
	if err != nil {
		t.Error(err)
	}
	for _, c := range containers {
		if mine(c.Names[0]) {
			if err := cli.ContainerRemove(ctx, c.ID, container.RemoveOptions{Force: true, RemoveVolumes: true}); err != nil {
				t.Error(err)
			}
		}
	}
	networks, err := cli.NetworkList(ctx, network.ListOptions{})
	if err != nil {
		t.Error(err)
	}
	for _, n := range networks {
		if mine(n.Name) {
			if err := cli.NetworkRemove(ctx, n.ID); err != nil {
				t.Error(err)
			}
		}
	}
	for _, name := range []string{"hent-c-data"} {
		if err := cli.VolumeRemove(ctx, name, true); err != nil {
			t.Error(err)
		}
	}
	if _, err := cli.ImageRemove(ctx, "hent-c-copy:1", image.RemoveOptions{}); err != nil && !cerrdefs.IsNotFound(err) {
		t.Error(err)
	}
}
