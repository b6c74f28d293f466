// Package refusal says what an engine, or the way to it, did not do, in words that
// a user can act on: what is so, where in the file it stands, and what to type. It
// is the one place that reads what engines say. It is pure: what it says follows
// from the engine's words and from what the caller knows beside them.
package refusal

import (
	"regexp"
	"slices"
	"strings"

	"github.com/stack-lite/stack-lite/compose"
)

// Kind is what was refused.
type Kind string

// Facts are what the words of an engine, or the caller, say about a refusal, by the
// names that texts have for them: ${service}, ${port}.
type Facts map[string]string

// Refusal is what an engine refused, in place of the errors that said so.
type Refusal struct {
	Kind   Kind
	Facts  Facts
	Pos    compose.Pos // of what in the file it is about; zero: of nothing
	Path   string      // web.command; empty: it is about no service
	Msg    string
	Advice []string
	Errs   []error // what was said; none: it was foreseen
}

func (r *Refusal) Error() string {
	if r.Path != "" {
		return r.Path + ": " + r.Msg
	}
	return r.Msg
}

// Unwrap gives the errors in whose place it stands.
func (r *Refusal) Unwrap() []error { return r.Errs }

// Hints says what to try.
func (r *Refusal) Hints() []string { return r.Advice }

// Place is where in the file that stands which was refused.
func (r *Refusal) Place() compose.Pos { return r.Pos }

// Daemon is what the client puts before what an engine says.
const Daemon = "Error response from daemon: "

// Words are what an engine itself says, without what clients and the engine's own
// parts put in front of it.
func Words(text string) string {
	_, said, found := strings.Cut(text, Daemon)
	if !found {
		said = text
	}
	for _, p := range []string{"starting container failed: ", "failed to create task for container: ", "failed to create shim task: ", "OCI runtime create failed: ", "OCI runtime exec failed: ",
		"runc create failed: ", "exec failed: ", "unable to start container process: ", "error during container init: "} {
		said = strings.TrimPrefix(said, p)
	}
	if after, ok := strings.CutPrefix(said, "rpc error: code = "); ok { // a manager's
		if _, desc, found := strings.Cut(after, " desc = "); found {
			said = desc
		}
	}
	return strings.TrimSuffix(said, ": unknown")
}

// Said reports whether an error has the words of an engine.
func Said(err error) bool { return err != nil && strings.Contains(err.Error(), Daemon) }

// OfExec reports whether a text is what an engine says in the place of a command
// that it could not begin.
func OfExec(text string) bool {
	return strings.HasPrefix(text, "OCI runtime exec failed: ") || strings.HasPrefix(text, "unable to find user ")
}

// IsExecCode reports whether an engine may give an exit code to a command that it
// could not begin.
func IsExecCode(code int) bool { return code == 126 || code == 127 }

// Without is the text of an error without what the client puts before an engine's
// words.
func Without(err error) string { return strings.Replace(err.Error(), Daemon, "", 1) }

// Read finds out what was refused. What is known beside the words goes into facts,
// which the words add to. What no row knows has the engine's own words.
func Read(err error, facts Facts) *Refusal { return read(known, err, facts) }

// OfTask is Read for what the node of a task says of it.
func OfTask(err error, facts Facts) *Refusal {
	if r := read(taskRows, err, facts); r.Kind != "" {
		return r
	}
	return Read(err, facts)
}

// Of is a refusal of a kind that was foreseen: no engine was asked.
func Of(kind Kind, facts Facts) *Refusal {
	r := &Refusal{Facts: facts}
	for _, row := range known {
		if row.kind == kind {
			row.say(r)
			break
		}
	}
	return r
}

// Way is Read for the error of a client that did not reach an engine, whose address
// is the fact host.
func Way(err error, facts Facts) *Refusal {
	r := read(ways, err, facts)
	if r.Kind == CutOff && facts["ssh"] != "" { // what ssh had to say of it came too late
		sshEnded.say(r)
	}
	return r
}

// Answer is Read for the error of a client to which something answered that may be no
// engine. Its address is the fact host.
func Answer(err error, facts Facts) *Refusal {
	r := read(pages, err, facts)
	if r.Kind == "" && !Said(err) { // an engine may say anything
		r = read(garbled, err, facts)
	}
	return r
}

func read(rows []row, err error, facts Facts) *Refusal {
	all := Facts{"who": "the container"}
	for name, value := range facts {
		all[name] = value
	}
	if all["container"] != "" {
		all["who"] = all["container"]
	}
	text := err.Error()
	r := &Refusal{Facts: all, Errs: []error{err}, Msg: Words(text)}
	for i := range rows {
		if !rows[i].matches(text, all) {
			continue
		}
		rows[i].say(r)
		break
	}
	return r
}

// say puts a refusal into the words of a row, as far as its facts are known.
func (r row) say(of *Refusal) {
	of.Kind, of.Advice = r.kind, nil
	if text := fill(r.text, of.Facts); text != "" {
		of.Msg = text
	}
	for _, hint := range r.hints {
		if text := fill(hint, of.Facts); text != "" {
			of.Advice = append(of.Advice, text)
		}
	}
}

// Keys are the keys of a service that a kind of refusal may be about, most likely
// first.
func (k Kind) Keys() []string {
	for _, r := range slices.Concat(known, taskRows) {
		if r.kind == k {
			return r.keys
		}
	}
	return nil
}

// row is what engines say of one kind of refusal, each in its own words.
type row struct {
	kind  Kind
	said  []*regexp.Regexp // any of them; groups with names are facts
	keys  []string         // of a service
	text  string
	hints []string // those are left out of which a fact is not known
}

// matches reports whether a text says what a row is about, and takes what it says.
func (r row) matches(text string, facts Facts) bool {
	for _, said := range r.said {
		found := said.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		for i, name := range said.SubexpNames() {
			if name != "" && found[i] != "" {
				facts[name] = found[i]
			}
		}
		return true
	}
	return false
}

var fact = regexp.MustCompile(`\$\{(\w+)\}`)

// fill puts facts into a text; empty where one is not known.
func fill(text string, facts Facts) string {
	known := true
	text = fact.ReplaceAllStringFunc(text, func(name string) string {
		value := facts[name[2:len(name)-1]]
		known = known && value != ""
		return value
	})
	if !known {
		return ""
	}
	return text
}
