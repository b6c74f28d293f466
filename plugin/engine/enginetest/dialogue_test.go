package enginetest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A dialogue is a file of testdata/contract: questions, and what each of the
// engines that are recorded answered, in its own line where they differ:
//
//	# A comment.
//	> METHOD /path {JSON body} | .field.to.show .another
//	status message-or-fields
//	> METHOD /path
//	20.10: status message-or-fields
//	29: status message-or-fields
//
// Identifiers and random addresses are replaced by words. A comment and an empty
// line are questions that nobody answers.
type dialogue []exchange

type exchange struct {
	question string
	answers  map[string]string // by the engine
}

func (x exchange) isAsked() bool { return strings.HasPrefix(x.question, "> ") }

func readDialogue(t *testing.T, file string) dialogue {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var d dialogue
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "> ") {
			d = append(d, exchange{line, map[string]string{}})
			continue
		}
		engine, answer, ofOne := strings.Cut(line, ": ")
		for _, name := range recorded() {
			if !ofOne || !slices.Contains(recorded(), engine) {
				d[len(d)-1].answers[name] = line
			} else if name == engine {
				d[len(d)-1].answers[name] = answer
			}
		}
	}
	return d
}

func (d dialogue) String() string {
	var text strings.Builder
	for _, x := range d {
		fmt.Fprintln(&text, x.question)
		if !x.isAsked() {
			continue
		}
		if said := x.said(); len(said) == 1 && len(x.answers) == len(recorded()) {
			fmt.Fprintln(&text, said[0])
			continue
		}
		for _, engine := range recorded() {
			if answer, ok := x.answers[engine]; ok {
				fmt.Fprintf(&text, "%s: %s\n", engine, answer)
			}
		}
	}
	return text.String()
}

// said is what engines answered, each answer once.
func (x exchange) said() []string {
	var all []string
	for _, answer := range x.answers {
		all = append(all, answer)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// of is what one engine answered, with the questions.
func (d dialogue) of(engine string) string {
	var text strings.Builder
	for _, x := range d {
		fmt.Fprintln(&text, x.question)
		if x.isAsked() {
			fmt.Fprintln(&text, x.answers[engine])
		}
	}
	return text.String()
}

// hold asks an engine at a host all questions, by a version of the API, and writes
// its answers down as those of a recorded one.
func (d dialogue) hold(t *testing.T, host, api, as string) dialogue {
	t.Helper()
	socket := strings.TrimPrefix(host, "unix://")
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	defer transport.CloseIdleConnections()
	var held dialogue
	for _, x := range d {
		answers := map[string]string{}
		for engine, answer := range x.answers {
			answers[engine] = answer
		}
		if x.isAsked() {
			answer, err := put(&http.Client{Transport: transport}, api, strings.TrimPrefix(x.question, "> "))
			if err != nil {
				t.Fatalf("%s: %v", x.question, err)
			}
			answers[as] = answer
		}
		held = append(held, exchange{x.question, answers})
	}
	return held
}

// statuses leaves only the number of each answer.
func statuses(dialogue string) string {
	return regexp.MustCompile(`(?m)^(\d+).*$`).ReplaceAllString(dialogue, "$1")
}

// put asks one question: METHOD /path {body} | .field...
func put(c *http.Client, api, question string) (string, error) {
	question, fields, _ := strings.Cut(question, " | ")
	method, rest, _ := strings.Cut(question, " ")
	path, body, _ := strings.Cut(rest, " ")
	req, err := http.NewRequest(method, "http://engine/v"+api+path, strings.NewReader(body))
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

// show prints the part of a value that a path such as .State.Status leads to; a
// star stands for all keys.
func show(value any, path string) string {
	for key := range strings.SplitSeq(strings.TrimPrefix(path, "."), ".") {
		switch v := value.(type) {
		case map[string]any:
			if key == "*" {
				value = slices.Sorted(maps.Keys(v))
			} else {
				value = v[key]
			}
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

// plain puts words in place of what differs each time, and keeps to one line.
func plain(s string) string {
	s = regexp.MustCompile(`\b[0-9a-f]{64}\b`).ReplaceAllString(s, "<id>")
	s = regexp.MustCompile(`\b[0-9a-f]{12}\b`).ReplaceAllString(s, "<short>")
	s = regexp.MustCompile(`(to network endpoints: )\S+, \S+`).ReplaceAllString(s, "$1<names>") // in any order
	s = regexp.MustCompile(`\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b`).ReplaceAllStringFunc(s, func(mac string) string {
		if strings.HasPrefix(mac, "02:42:") { // asked for, or made of the IP address
			return mac
		}
		return "<mac>"
	})
	return strings.ReplaceAll(s, "\n", `\n`)
}
