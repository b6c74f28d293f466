package classic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/plan"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// ExitCode prints what went wrong as the old tools did, and returns their exit
// code (compose-v1.md 3.2): 1 for every mistake and for Ctrl-C.
func ExitCode(err error, o view.Options, of Command) int {
	var code exit.Status
	switch {
	case err == nil:
		return 0
	case view.Unread(err):
		return 141 // as it was ended by SIGPIPE
	case errors.Is(err, exit.Terminated{}):
		return 143
	case errors.As(err, &code):
		if code == 130 {
			view.Print(o, view.Error, "Aborting.")
			return 1
		}
		return int(code)
	case errors.Is(err, context.Canceled):
		view.Print(o, view.Error, "Aborting.")
		return 1
	}
	prefix := ""
	if o.ErrIsTerminal {
		prefix = "ERROR: "
	}
	bringing := false
	said := map[string]bool{}
	say := func(level view.Level, text string) { // once: an engine that is gone is gone for each that asks
		for line := range strings.SplitSeq(text, "\n") {
			if !said[text] {
				view.Print(o, level, line)
			}
		}
		said[text] = true
	}
	for _, e := range parts(err) {
		var (
			mistakes compose.Errors
			mistake  *compose.Error
			failed   failure
		)
		switch {
		case errors.As(e, &mistakes):
			if o.Level <= view.Error {
				printMistakes(o, prefix, mistakes)
			}
		case errors.As(e, &mistake):
			if o.Level <= view.Error {
				printMistakes(o, prefix, compose.Errors{mistake})
			}
		case printImageError(e, o, prefix, of):
		case failed.is(e):
			bringing = bringing || failed.bringing && of.bringsUp()
			for _, who := range failed.who {
				say(view.Critical, "\n"+flat("ERROR: for "+who+"  "+failed.text))
			}
		default:
			say(view.Error, prefix+sentence(e))
		}
	}
	if bringing {
		view.Print(o, view.Error, prefix+"Encountered errors while bringing up the project.")
	}
	return 1
}

// sentence is what docker-compose said of an error, or what the error says.
func sentence(err error) string {
	var (
		usage   exit.Usage
		failure exit.Failure
		gone    engine.Unreachable
		text    string
	)
	switch {
	case errors.As(err, &usage):
		text = ofCommandLine(flat(usage.Msg), usage.Kind, flatAll(usage.Words))
	case errors.As(err, &failure):
		text = ofCommandLine(flat(failure.Msg), failure.Kind, flatAll(failure.Words))
	case errors.As(err, &gone):
		return "Couldn't connect to Docker daemon at " + address(flat(gone.Host)) + " - is it running?\n\n" +
			"If it's at a non-standard location, specify the URL with the DOCKER_HOST environment variable."
	}
	if text == "" {
		text = capital(flat(err.Error()))
	}
	return text
}

// flat puts what is not ours on one line, so that it can't look like another.
func flat(s string) string { return strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(s) }

func flatAll(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = flat(s)
	}
	return out
}

// address is the place of an engine as Python's library names it.
func address(host string) string {
	switch kind, rest, _ := strings.Cut(host, "://"); kind {
	case "unix":
		return "http+docker://localhost"
	case "npipe":
		return "http+docker://localnpipe"
	case "ssh":
		return "http+docker://ssh"
	case "tcp":
		return "http://" + rest
	}
	return host
}

// failure is a container, or its service, that docker-compose could not do
// something with.
type failure struct {
	who      []string // the names that it was told under, one after the other
	text     string
	bringing bool // it kept the project from being brought up
}

// is reads a failure from an error, where it is one.
func (f *failure) is(err error) bool {
	var (
		step  *plan.StepError
		taken *plan.Conflict
		gone  engine.Unreachable
	)
	switch {
	case errors.As(err, &taken):
		owner := "a container that does not belong to this project"
		f.text = cannotCreate(taken.Service, fmt.Sprintf(`Conflict. The container name "/%s" is already in use by %s. `+
			"You have to remove (or rename) that container to be able to reuse that name.", taken.Name, owner))
		f.who, f.bringing = []string{taken.Name, taken.Service}, true
		return true
	case errors.As(err, &gone) || !errors.As(err, &step):
		return false
	}
	words, service := engine.Words(step.Err), ""
	f.text = words
	switch a := step.Step.Action.(type) {
	case plan.CreateContainer:
		service = a.Container.Service
		f.text = cannotCreate(service, words)
	case plan.StartContainer:
		service = a.Service
		f.text = fmt.Sprintf("Cannot start service %s: %s", service, words)
	}
	task := step.Step.Task
	f.who = []string{task.Name}
	switch task.Verb {
	case plan.Create, plan.Recreate, plan.Start, plan.Relink, plan.Pull, plan.Build:
		f.bringing = task.Name != service // start told it of services alone
	}
	if service != "" && task.Name != service {
		f.who = append(f.who, service)
	}
	return true
}

// printMistakes prints mistakes, each after its place in the words of
// docker-compose, or in ours where it had none.
func printMistakes(o view.Options, prefix string, mistakes compose.Errors) {
	headers := map[string]bool{}
	var placed compose.Errors // not printed yet
	flush := func() {
		if len(placed) > 0 {
			view.PrintError(o, placed)
		}
		placed = nil
	}
	for _, e := range mistakes {
		c := inWords(e)
		if c.header != "" && !headers[c.header] {
			headers[c.header] = true
			flush()
			view.PrintText(o, prefix+c.header)
		}
		said := *e
		if c.sentence != "" {
			said.Path, said.Msg, said.Hints = "", c.sentence, hintsOf(e, c.sentence)
		}
		if !e.Pos.IsZero() {
			placed = append(placed, &said)
			continue
		}
		flush()
		text := capital(said.Error())
		if e.Kind != compose.KindNoFiles {
			text = flat(text)
		}
		for line := range strings.SplitSeq(prefix+text, "\n") {
			view.PrintText(o, line)
		}
	}
	flush()
}

// hintsOf are the hints of a mistake, with what was probably meant where the
// sentence does not say that.
func hintsOf(e *compose.Error, sentence string) []string {
	if meant := e.About.Meant; meant != "" && !strings.Contains(sentence, "'"+meant+"'?") {
		return append([]string{fmt.Sprintf("did you mean %q?", meant)}, e.Hints...)
	}
	return e.Hints
}

// parts returns the errors that one was joined from.
func parts(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var list []error
	for _, e := range joined.Unwrap() {
		list = append(list, parts(e)...)
	}
	return list
}

// capital begins a sentence.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// Unchanged names the containers that a plan leaves running as they are.
func Unchanged(goal plan.Goal, want plan.Want, have plan.Have, p *plan.Plan) []string {
	busy := map[string]bool{}
	for _, step := range p.Steps {
		busy[step.Task.Name] = true
	}
	var names []string
	for _, c := range want.Containers {
		if goal.Services != nil && !slices.Contains(goal.Services, c.Service) || busy[c.Name] {
			continue
		}
		for _, h := range have.Containers {
			if h.Name == c.Name && h.State.Up() {
				names = append(names, c.Name)
			}
		}
	}
	return names
}
