package view

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stack-lite/stack-lite/compose"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// figYML has a tab, wide characters and a line wider than a screen.
const figYML = "web:\r\n  image: nginx\r\n  links:\r\n\t- bd\r\n  command: [\"数据库\", 7]\r\n" +
	"  environment: {A: \"a very long line that has its mistake far to the right of what a screen shows\", B: [1]} # end\r\n"

func source(string) ([]byte, error) { return []byte(figYML), nil }

func mistakes() compose.Errors {
	at := func(line, column int) compose.Pos {
		return compose.Pos{File: "fig.yml", Line: line, Column: column}
	}
	return compose.Errors{
		{Pos: at(4, 4), Path: "web.links[0]", Msg: `no service "bd" (did you mean "db"?)`, Hints: []string{"services are db, web"}},
		{Pos: at(5, 20), Path: "web.command[1]", Msg: "must be a string"},
		{Pos: at(6, 104), Path: "web.environment.B", Msg: "must be a string", Hints: []string{"one", "two", "three"}},
		{Pos: compose.Pos{File: "fig.yml"}, Msg: "no services", Hints: []string{"services are db, web"}},
		{Msg: "no file found"},
	}
}

// advice is an error with a hint.
type advice struct{ error }

func (advice) Hints() []string { return []string{"docker context ls"} }

func printed(o Options, err error) []byte {
	var out, screen bytes.Buffer
	o.Out, o.Err, o.Source = &out, &screen, source
	PrintError(o, err)
	if out.Len() > 0 {
		panic("an error on standard output")
	}
	return screen.Bytes()
}

func TestEachMistakeInAFileIsOneLineWithHints(t *testing.T) {
	golden(t, "mistakes.plain", printed(Options{}, mistakes()))
}

func TestATerminalAlsoGetsTheSourceLineWithACaret(t *testing.T) {
	golden(t, "mistakes.terminal", printed(Options{ErrIsTerminal: true, NoColor: true}, mistakes()))
	golden(t, "mistakes.color", printed(Options{ErrIsTerminal: true}, fmt.Errorf("wrapped: %w", mistakes())))
}

func TestASingleMistakeNeedsNoList(t *testing.T) {
	if got, want := string(printed(Options{}, fmt.Errorf("x: %w", mistakes()[1]))), "fig.yml:5:20: web.command[1]: must be a string\n"; got != want {
		t.Errorf("got %q", got)
	}
}

func TestJoinedErrorsArePrintedOneByOneAndAHintOnce(t *testing.T) {
	start := plan.Step{Action: plan.StartContainer{Name: "demo_web_1"}}
	stop := plan.Step{Action: plan.StopContainer{Name: "demo_db_1"}}
	err := errors.Join(
		&plan.StepError{Step: start, Err: advice{errors.New("port is already allocated\nby \x1b[31manother\x1b[0m")}},
		errors.Join(&plan.StepError{Step: stop, Err: advice{errors.New("no such container")}}),
		fmt.Errorf("both %w and %w", errors.New("this"), errors.New("that")),
	)
	want := `stack-lite: start container demo_web_1: port is already allocated
  by another
hint: docker context ls
stack-lite: stop container demo_db_1: no such container
stack-lite: both this and that
`
	if got := string(printed(Options{}, err)); got != want {
		t.Errorf("got:\n%s", got)
	}
}

func TestNoErrorIsNothing(t *testing.T) {
	if got := printed(Options{}, nil); len(got) > 0 {
		t.Errorf("got %q", got)
	}
}

func TestAMissingSourceFileIsNotAnotherError(t *testing.T) {
	var b bytes.Buffer
	PrintError(Options{Err: &b, ErrIsTerminal: true, NoColor: true, Source: func(string) ([]byte, error) { return nil, os.ErrNotExist }},
		mistakes()[:1])
	want := "fig.yml:4:4: web.links[0]: no service \"bd\" (did you mean \"db\"?)\nhint: services are db, web\n"
	if b.String() != want {
		t.Errorf("got %q", b.String())
	}
}

func TestNotesGoToStandardErrorOneALine(t *testing.T) {
	var b bytes.Buffer
	PrintNotes(Options{Err: &b}, []compose.Note{
		{Pos: compose.Pos{File: "fig.yml", Line: 3, Column: 5}, Path: "web.ports", Text: "ignored with net: host"},
		{Text: "no file: nothing to do"},
	})
	want := "note: fig.yml:3:5: web.ports: ignored with net: host\nnote: no file: nothing to do\n"
	if b.String() != want {
		t.Errorf("got %q", b.String())
	}
}

func TestTheCaretIsUnderItsCharacter(t *testing.T) {
	for _, c := range []struct {
		source string
		column int
		width  int
		under  string // the character above the caret
	}{
		{"web: x", 1, 80, "w"},
		{"web: x", 6, 80, "x"},
		{"web: x", 7, 80, ""},
		{"web: x", 99, 80, ""},
		{"\t\tweb: x", 3, 80, "w"},
		{"数据: x", 5, 80, "x"},
		{"e\u0301: x", 5, 80, "x"},
		{"🐳🐳 x", 4, 80, "x"},
		{strings.Repeat("数", 60) + "x" + strings.Repeat("据", 60), 61, 40, "x"},
		{strings.Repeat("a", 200) + "x", 201, 40, "x"},
		{"a\x1b[31mx", 7, 80, "x"},
	} {
		line, caret := pointAt(c.source, c.column, c.width)
		rest := narrow().TruncateLeft(line, caret, "")
		if got := narrow().Truncate(rest, cells(c.under), ""); got != c.under {
			t.Errorf("%q column %d: the caret is under %q, in\n%s\n%*s", c.source, c.column, got, line, caret+1, "^")
		}
		if cells(line) > c.width {
			t.Errorf("%q is wider than %d", line, c.width)
		}
	}
}

func FuzzCaret(f *testing.F) {
	f.Add("web: x", 3, 80)
	f.Add("\t数e\u0301🐳\x1b[31m\xff", 4, 20)
	f.Add(strings.Repeat("数", 60), 50, 41)
	f.Fuzz(func(t *testing.T, source string, column, width int) {
		line, caret := pointAt(source, column, width)
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("control characters in %q", line)
		}
		if limit := max(width, minWidth); cells(line) > limit || caret < 0 || caret > limit {
			t.Errorf("%q and its caret at %d don't fit in %d cells", line, caret, limit)
		}
	})
}

func FuzzSanitize(f *testing.F) {
	f.Add("\x1b[1;31mred\x1b[0m \x1b]0;title\a \x1bc \x1b(B \u202e x\ty\r\n")
	f.Fuzz(func(t *testing.T, s string) {
		got := sanitize(s)
		if strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 }) {
			t.Errorf("control characters in %q", got)
		}
		if sanitize(got) != got {
			t.Errorf("%q is not clean", got)
		}
	})
}

func TestTheCommandOfAHintIsAboutTheSameProject(t *testing.T) {
	flags := []string{"-f", "my file.yml", "-p", "it's", "--adopt"}
	for hint, want := range map[string]string{
		"to start it: docker stacklite up -d web":   `to start it: docker stacklite -f 'my file.yml' -p 'it'\''s' --adopt up -d web`,
		"docker stacklite --project-name NAME down": "docker stacklite --project-name NAME down",
		"try: docker stacklite up --help":           "try: docker stacklite up --help",
		"docker stacklite ls":                       "docker stacklite ls",
		"to start it: docker start web":             "to start it: docker start web",
	} {
		if got := again(hint, flags); got != want {
			t.Errorf("%s: got %s", hint, got)
		}
		var b strings.Builder
		PrintError(Options{Err: &b, Again: flags}, hinted{errors.New("no"), []string{hint}})
		if b.String() != "stack-lite: no\nhint: "+want+"\n" {
			t.Errorf("%s: printed %s", hint, &b)
		}
		if again(hint, nil) != hint {
			t.Errorf("without flags: %s", again(hint, nil))
		}
	}
}

type hinted struct {
	error
	list []string
}

func (h hinted) Hints() []string { return h.list }
