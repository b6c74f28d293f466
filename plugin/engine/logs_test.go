package engine

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/pkg/stdcopy"
	"github.com/google/go-cmp/cmp"
)

const stamp = "2026-01-02T03:04:05.000000006Z "

var stampTime = time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)

func TestALongLineIsOneLineWhateverItsPieces(t *testing.T) {
	long := strings.Repeat("x", piece)
	var got []LogLine
	r := &lineReader{emit: func(l LogLine) { got = append(got, l) }}
	for _, entry := range []string{"a\n", long, long, "end\n", "no end"} {
		if _, err := r.Write([]byte(stamp + entry)); err != nil {
			t.Fatal(err)
		}
	}
	r.end()
	want := []LogLine{{Time: stampTime, Text: "a"}, {Time: stampTime, Text: long + long + "end"}, {Time: stampTime, Text: "no end"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheLogOfATerminalIsReadWhereverItIsCut(t *testing.T) {
	long := strings.Repeat("x", piece)
	stream := stamp + "a\r\n" + stamp + long + stamp + "end\r\n" + stamp + "prompt> "
	want := []LogLine{{Time: stampTime, Text: "a"}, {Time: stampTime, Text: long + "end"}, {Time: stampTime, Text: "prompt> "}}
	for _, size := range []int{1, 7, 31, 4096, len(stream)} {
		var got []LogLine
		r := &lineReader{raw: true, emit: func(l LogLine) { got = append(got, l) }}
		for rest := []byte(stream); len(rest) > 0; {
			n := min(size, len(rest))
			if _, err := r.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		r.end()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d bytes at a time: %s", size, diff)
		}
	}
}

func TestTheTwoStreamsKeepTheirOrder(t *testing.T) {
	var wire bytes.Buffer
	var want []string
	for i := range 200 {
		kind := stdcopy.Stdout
		if i%3 == 0 {
			kind = stdcopy.Stderr
		}
		line := strings.Repeat("x", i)
		want = append(want, line)
		if _, err := stdcopy.NewStdWriter(&wire, kind).Write([]byte(stamp + line + "\n")); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	emit := func(l LogLine) { got = append(got, l.Text) }
	if _, err := stdcopy.StdCopy(&lineReader{emit: emit}, &lineReader{emit: emit}, &wire); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
