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
	for _, e := range parts(err) {
		var mistakes compose.Errors
		var step *plan.StepError
		switch {
		case errors.As(e, &mistakes):
			if o.Level <= view.Error {
				printMistakes(o, prefix, mistakes)
			}
		case printImageError(e, o, prefix, of):
		case errors.As(e, &step):
			bringing = of.bringsUp()
			view.PrintText(o, fmt.Sprintf("ERROR: for %s  %s", step.Step.Task.Name, step.Err))
		default:
			view.Print(o, view.Error, prefix+capital(e.Error()))
		}
	}
	if bringing {
		view.Print(o, view.Error, prefix+"Encountered errors while bringing up the project.")
	}
	return 1
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
		said.Msg = capital(said.Error())
		for line := range strings.SplitSeq(prefix+said.Msg, "\n") {
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
