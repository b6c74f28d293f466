package view

import (
	"bytes"
	"testing"
)

// countedWrites is a buffer that counts how often it was written to.
type countedWrites struct {
	bytes.Buffer
	writes int
}

func (c *countedWrites) Write(p []byte) (int, error) {
	c.writes++
	return c.Buffer.Write(p)
}

func TestResultsAreWrittenToStandardOutput(t *testing.T) {
	for name, c := range map[string]struct {
		print  func(Options) error
		want   string
		writes int
	}{
		"lines":         {func(o Options) error { return Lines(o, "demo_web_1", "", "demo_db_1") }, "demo_web_1\n\ndemo_db_1\n", 1},
		"no lines":      {func(o Options) error { return Lines(o) }, "", 0},
		"one empty":     {func(o Options) error { return Lines(o, "") }, "\n", 1},
		"hostile lines": {func(o Options) error { return Lines(o, "a\x1b[2Jb\nc\td\u202e") }, "ab?c d?\n", 1},
		"text":          {func(o Options) error { return Text(o, "a\x1b[1m\tb\r\n\nc") }, "a\tb?\n\nc", 1},
		"no text":       {func(o Options) error { return Text(o, "") }, "", 0},
		"bytes":         {func(o Options) error { return Bytes(o, []byte("\xff\x00a")) }, "\ufffd?a", 1},
		"object": {func(o Options) error {
			return JSON(o, struct {
				Name  string   `json:"name"`
				Ports []string `json:"ports"`
			}{Name: "a <b> & \x1b\u009b\u202e"})
		}, `{"name":"a <b> & \u001b\u009b\u202e","ports":null}` + "\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			var out, err countedWrites
			if e := c.print(Options{Out: &out, Err: &err}); e != nil {
				t.Fatal(e)
			}
			if out.String() != c.want || err.writes > 0 {
				t.Errorf("got %q and %q, want %q", out.String(), err.String(), c.want)
			}
			if out.writes != c.writes {
				t.Errorf("%d writes, want %d", out.writes, c.writes)
			}
		})
	}
}

func TestResultsThatCannotBeWrittenAreAnError(t *testing.T) {
	o := Options{Out: brokenPipe{}}
	for name, err := range map[string]error{
		"lines": Lines(o, "x"), "text": Text(o, "x"), "bytes": Bytes(o, []byte("x")), "object": JSON(o, 1),
	} {
		if err == nil || err.Error() != "broken pipe" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := JSON(Options{Out: &bytes.Buffer{}}, make(chan int)); err == nil {
		t.Error("a channel is no JSON")
	}
}
