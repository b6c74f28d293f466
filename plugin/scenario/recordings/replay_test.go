package recordings_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var (
	requestStart = regexp.MustCompile(`(?m)^(POST|PUT|DELETE) /`)
	parameter    = regexp.MustCompile(`^  (\S+) = (.*)$`)
	standIn      = regexp.MustCompile(`(CONTAINER|NETWORK|IMAGE|VOLUME)\(([^):#]*)(:[^)#]*)?(#\d+)?\)`)
)

// replay makes the requests that a wiretap has written.
func (p *player) replay(text string) error {
	starts := requestStart.FindAllStringIndex(text, -1)
	for i, start := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		if err := p.request(text[start[0]:end]); err != nil {
			return err
		}
	}
	if len(starts) == 0 {
		return fmt.Errorf("no requests")
	}
	return nil
}

// request makes one request, written as its line, its parameters and its body.
func (p *player) request(written string) error {
	text, err := p.concrete(written)
	if err != nil {
		return fmt.Errorf("%w in\n%s", err, written)
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	method, path, _ := strings.Cut(lines[0], " ")
	query := url.Values{}
	i := 1
	for ; i < len(lines); i++ {
		m := parameter.FindStringSubmatch(lines[i])
		if m == nil {
			break
		}
		query.Add(m[1], m[2])
	}
	body, kind := []byte(strings.Join(lines[i:], "\n")), "application/json"
	if path == "/build" {
		kind = "application/x-tar"
		if body, err = archived(body); err != nil {
			return err
		}
	}
	to := url.URL{Scheme: "http", Host: "engine", Path: "/v" + p.version + path, RawQuery: query.Encode()}
	r, err := http.NewRequestWithContext(p.t.Context(), method, to.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", kind)
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", strings.TrimPrefix(p.engine.host, "tcp://"))
		},
	}}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 400 || strings.Contains(string(said), `"errorDetail"`) {
		return fmt.Errorf("status %d and %q (%v) of\n%s", answer.StatusCode, said, err, text)
	}
	return nil
}

// concrete puts what is so on this engine in the place of what stands for it.
func (p *player) concrete(text string) (string, error) {
	var unknown error
	text = standIn.ReplaceAllStringFunc(text, func(found string) string {
		id, ok := p.engine.words.id(found)
		if m := standIn.FindStringSubmatch(found); !ok && m[1] == "VOLUME" {
			// The answer shows the wiretap what the container mounts.
			if _, err := p.cli.ContainerInspect(p.t.Context(), m[2]); err != nil {
				unknown = err
			}
			id, ok = p.engine.words.id(found)
		}
		if !ok {
			unknown = fmt.Errorf("there is no %s", found)
		}
		return id
	})
	return strings.ReplaceAll(text, "FOLDER", p.dir), unknown
}

// archived is the archive of a listing.
func archived(told []byte) ([]byte, error) {
	files := map[string]string{}
	if err := json.Unmarshal(told, &files); err != nil {
		return nil, err
	}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	var out bytes.Buffer
	archive := tar.NewWriter(&out)
	for _, name := range names {
		path, mode, _ := strings.Cut(name, " ")
		h := &tar.Header{Name: path, Mode: 0o644, Size: int64(len(files[name]))}
		if strings.HasPrefix(mode, fs.ModeDir.String()[:1]) {
			h.Mode, h.Typeflag = 0o755, tar.TypeDir
		}
		if err := archive.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := archive.Write([]byte(files[name])); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), archive.Close()
}
