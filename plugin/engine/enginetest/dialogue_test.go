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
	"time"
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
// What a question has from another is written $(/path .field). A question of the form
//
//	until METHOD /path | .field = answer
//
// is asked until it is answered so.
//
// Identifiers and random addresses are replaced by words. A comment and an empty
// line are questions that nobody answers.
type dialogue []exchange

type exchange struct {
	question string
	answers  map[string]string // by the engine
}

func (x exchange) isAsked() bool { return strings.HasPrefix(x.question, "> ") }

// awaited is what is asked until it has an answer.
func (x exchange) awaited() (question, answer string, is bool) {
	question, is = strings.CutPrefix(x.question, "until ")
	question, answer, _ = strings.Cut(question, " = ")
	return question, answer, is
}

func readDialogue(t *testing.T, file string) dialogue {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var d dialogue
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "> ") || strings.HasPrefix(line, "until ") {
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
		a := asker{&http.Client{Transport: transport}, api}
		if question, answer, is := x.awaited(); is {
			if err := a.await(question, answer); err != nil {
				t.Errorf("%s: %v", x.question, err)
			}
		}
		if x.isAsked() {
			answer, err := a.put(strings.TrimPrefix(x.question, "> "))
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

// asker asks an engine by a version of the API.
type asker struct {
	client *http.Client
	api    string
}

// await asks until an engine answers so, which one in memory does at once.
func (a asker) await(question, want string) error {
	answer := ""
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		var err error
		if answer, err = a.put(question); err != nil || strings.HasSuffix(answer, " "+want) {
			return err
		}
	}
	return fmt.Errorf("it is still answered %s", answer)
}

// put asks one question: METHOD /path {body} | .field...
func (a asker) put(question string) (string, error) {
	question, fields, _ := strings.Cut(question, " | ")
	question, err := a.fill(question)
	if err != nil {
		return "", err
	}
	method, rest, _ := strings.Cut(question, " ")
	path, body, _ := strings.Cut(rest, " ")
	status, content, err := a.call(method, path, body)
	if err != nil {
		return "", err
	}
	answer := []string{strconv.Itoa(status)}
	var value any
	if json.Unmarshal(content, &value) == nil {
		if status >= http.StatusBadRequest {
			fields = ".message"
		}
		for field := range strings.FieldsSeq(fields) {
			answer = append(answer, show(value, field))
		}
	}
	return plain(strings.Join(answer, " ")), nil
}

func (a asker) call(method, path, body string) (status int, content []byte, err error) {
	req, err := http.NewRequest(method, "http://engine/v"+a.api+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	content, err = io.ReadAll(resp.Body)
	return resp.StatusCode, content, err
}

var asked = regexp.MustCompile(`\$\((\S+) (\S+?)\)`)

// fill puts answers into a question.
func (a asker) fill(question string) (string, error) {
	var failed error
	return asked.ReplaceAllStringFunc(question, func(part string) string {
		of := asked.FindStringSubmatch(part)
		_, content, err := a.call(http.MethodGet, of[1], "")
		var value any
		if err == nil {
			err = json.Unmarshal(content, &value)
		}
		if err != nil {
			failed = err
			return ""
		}
		return show(value, of[2])
	}), failed
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
	s = regexp.MustCompile(`\b[0-9a-z]{25}\b`).ReplaceAllString(s, "<id>")
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
