package view

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
)

// terminalStream knows whether it is a terminal, as the Docker CLI's streams do.
type terminalStream struct {
	io.Writer
	is bool
}

func (s terminalStream) FD() uintptr      { return 1 << 20 }
func (s terminalStream) IsTerminal() bool { return s.is }

func TestColoursAreForTerminalsUnlessOptionsSayOtherwise(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want palette
	}{
		{Options{}, false},
		{Options{OutIsTerminal: true}, false},
		{Options{ErrIsTerminal: true}, true},
		{Options{ErrIsTerminal: true, Color: "auto"}, true},
		{Options{ErrIsTerminal: true, NoColor: true}, false},
		{Options{ErrIsTerminal: true, Dumb: true}, false},
		{Options{ErrIsTerminal: true, Color: "never"}, false},
		{Options{NoColor: true, Color: "always"}, true},
	} {
		if got := c.o.errPalette(); got != c.want {
			t.Errorf("%+v: got %v", c.o, got)
		}
	}
}

func TestTheEnvironmentCanAskForNoColours(t *testing.T) {
	for _, c := range []struct {
		env     string
		noColor bool
		dumb    bool
	}{
		{"", false, false},
		{"NO_COLOR=1", true, false},
		{"NO_COLOR=", false, false},
		{"CLICOLOR=0", true, false},
		{"CLICOLOR=1", false, false},
		{"TERM=dumb", false, true},
	} {
		name, value, _ := strings.Cut(c.env, "=")
		o := Streams{}.Options(func(n string) string {
			if n == name {
				return value
			}
			return ""
		})
		if o.NoColor != c.noColor || o.Dumb != c.dumb {
			t.Errorf("%s: got %+v", c.env, o)
		}
	}
}

func TestStreamsAreAskedWhetherTheyAreTerminals(t *testing.T) {
	env := func(string) string { return "" }
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	o := Streams{Out: file, Err: terminalStream{is: true}}.Options(env)
	if o.OutIsTerminal || !o.ErrIsTerminal {
		t.Errorf("got %+v", o)
	}
	o = Streams{Out: terminalStream{is: true}, Err: &bytes.Buffer{}}.Options(env)
	if !o.OutIsTerminal || o.ErrIsTerminal {
		t.Errorf("got %+v", o)
	}
	if width, height := o.size(); width != 80 || height != 24 {
		t.Errorf("a terminal that can't be asked has %d by %d", width, height)
	}
}

func TestAnUnknownValueForColorIsAnError(t *testing.T) {
	for _, when := range []string{"", "auto", "never", "always"} {
		if err := CheckColor(when); err != nil {
			t.Errorf("%q: %v", when, err)
		}
	}
	if CheckColor("red") == nil {
		t.Error("no error")
	}
}

func TestOnlyYesIsYes(t *testing.T) {
	for answer, want := range map[string]bool{
		"y\n": true, "YES\n": true, " yes \r\n": true, "y": true,
		"\n": false, "": false, "n\n": false, "yesterday\n": false,
	} {
		var screen bytes.Buffer
		got, err := Streams{In: strings.NewReader(answer), Err: &screen}.Confirm("Are you sure?")
		if got != want || err != nil {
			t.Errorf("%q: got %v, %v", answer, got, err)
		}
		if screen.String() != "Are you sure? [yN] " {
			t.Errorf("asked %q", screen.String())
		}
	}
	var screen bytes.Buffer
	if _, err := (Streams{Err: &screen}).Confirm("Remove a\x1b[2Jb\nSure?"); err != nil || screen.String() != "Remove ab\nSure? [yN] " {
		t.Errorf("got %q, %v", screen.String(), err)
	}
	if _, err := (Streams{In: iotest.ErrReader(errors.New("gone")), Err: io.Discard}).Confirm("?"); err == nil {
		t.Error("no error")
	}
}
