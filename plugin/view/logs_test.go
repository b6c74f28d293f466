package view

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func containers() []LogLine {
	return []LogLine{
		{Container: "demo_web_10", Service: "web", Number: 10},
		{Container: "demo_web_2", Service: "web", Number: 2},
		{Container: "demo_db_1", Service: "db", Number: 1},
	}
}

func TestEveryLogLineFollowsTheNameOfItsContainer(t *testing.T) {
	var out, err bytes.Buffer
	logs := NewLogs(Options{Out: &out, Err: &err}, LogOptions{Containers: containers()})
	logs.Line(LogLine{Container: "demo_web_10", Service: "web", Number: 10, Text: "hello\r\n"})
	logs.Line(LogLine{Container: "demo_db_1", Service: "db", Number: 1, Text: "two\nlines"})
	logs.Line(LogLine{Container: "demo_db_1", Service: "db", Number: 1, Text: "\x1b[1mbold\x1b[0m"})
	logs.Exited(LogLine{Container: "demo_db_1\x1b[2J", Service: "db", Number: 1}, 3)
	logs.Line(LogLine{Container: "demo_web_run_4f4fb700ef54", Service: "web", Text: ""})
	logs.Line(LogLine{Container: "a-name-of-its-own", Service: "web", Number: 1, Text: "x"})
	if err := logs.Close(); err != nil {
		t.Fatal(err)
	}
	want := "web_10  | hello\n" +
		"db_1    | two\n" +
		"db_1    | lines\n" +
		"db_1    | \x1b[1mbold\x1b[0m\n" +
		"demo_db_1 exited with code 3\n" +
		"web_run_4f4fb700ef54  | \n" +
		"a-name-of-its-own     | x\n"
	if out.String() != want || err.Len() > 0 {
		t.Errorf("got:\n%s\nand on standard error:\n%s", out.String(), err.String())
	}
}

func TestColoursAreGivenInTheOrderOfNamesNotOfLines(t *testing.T) {
	show := func(order ...int) string {
		var out bytes.Buffer
		logs := NewLogs(Options{Out: &out, OutIsTerminal: true}, LogOptions{Containers: containers()})
		for _, i := range order {
			logs.Line(containers()[i])
		}
		return out.String()
	}
	want := "\x1b[36mdb_1    |\x1b[0m \n" + "\x1b[33mweb_2   |\x1b[0m \n" + "\x1b[32mweb_10  |\x1b[0m \n"
	if got := show(2, 1, 0); got != want {
		t.Errorf("got %q", got)
	}
	if got := show(0, 1, 2); got != "\x1b[32mweb_10  |\x1b[0m \n\x1b[33mweb_2   |\x1b[0m \n\x1b[36mdb_1    |\x1b[0m \n" {
		t.Errorf("got %q", got)
	}
}

func TestLogOptionsChangeWhatIsShown(t *testing.T) {
	line := LogLine{Container: "demo_db_1", Service: "db", Number: 1, Text: "x",
		Time: time.Date(2026, 11, 22, 12, 3, 29, 5000, time.FixedZone("CET", 3600))}
	for _, c := range []struct {
		o        Options
		l        LogOptions
		out, err string
	}{
		{Options{Color: "always"}, LogOptions{}, "\x1b[36mdb_1  |\x1b[0m x\n", ""},
		{Options{Color: "always"}, LogOptions{NoColor: true}, "db_1  | x\n", ""},
		{Options{OutIsTerminal: true, NoColor: true}, LogOptions{}, "db_1  | x\n", ""},
		{Options{OutIsTerminal: true}, LogOptions{NoPrefix: true}, "x\n", ""},
		{Options{}, LogOptions{Timestamps: true}, "db_1  | 2026-11-22T11:03:29.000005000Z x\n", ""},
	} {
		var out, err bytes.Buffer
		c.o.Out, c.o.Err = &out, &err
		NewLogs(c.o, c.l).Line(line)
		if out.String() != c.out || err.String() != c.err {
			t.Errorf("%+v: got %q and %q", c, out.String(), err.String())
		}
	}
}

func TestATerminalGetsTheColoursOfLogsAndNothingElseThatMovesIt(t *testing.T) {
	line := LogLine{Service: "web", Number: 1, Text: "50%\r\x1b[1m60%\t\x1b[2J\x1b]0;t\a\x1b[31m \u202e\r\nnext\n"}
	raw := "50%\r\x1b[1m60%\t\x1b[2J\x1b]0;t\a\x1b[31m \u202e\nnext\n"
	shown := "\x1b[1m60%\t\x1b[31m ?\x1b[0m\nnext\n"
	for _, c := range []struct {
		out, err bool // terminals
		want     string
	}{
		{false, false, raw},
		{true, false, shown},
		{false, true, raw},
	} {
		var out, err bytes.Buffer
		o := Options{Out: &out, Err: &err, OutIsTerminal: c.out, ErrIsTerminal: c.err}
		NewLogs(o, LogOptions{NoPrefix: true}).Line(line)
		if got := out.String() + err.String(); got != c.want {
			t.Errorf("%+v: got %q", c, got)
		}
	}
}

func TestLinesFromManyGoroutinesAreNotMixed(t *testing.T) {
	var out bytes.Buffer
	logs := NewLogs(Options{Out: &out}, LogOptions{Containers: containers()})
	var all sync.WaitGroup
	for _, c := range containers() {
		all.Go(func() {
			c.Text = "a line\n"
			for range 200 {
				logs.Line(c)
			}
		})
	}
	all.Wait()
	count := 0
	for line := range strings.Lines(out.String()) {
		if _, text, _ := strings.Cut(line, " | "); text != "a line\n" {
			t.Fatalf("got %q", line)
		}
		count++
	}
	if count != 600 {
		t.Errorf("%d lines", count)
	}
}

// brokenPipe is a writer whose reader has gone.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestCloseReturnsTheErrorOfWriting(t *testing.T) {
	logs := NewLogs(Options{Out: brokenPipe{}}, LogOptions{})
	logs.Exited(LogLine{Container: "x"}, 1)
	logs.Exited(LogLine{Container: "y"}, 1)
	if err := logs.Close(); err == nil || err.Error() != "broken pipe" {
		t.Errorf("got %v", err)
	}
}

// at is a line of a service at a time in seconds.
func at(service string, second int) LogLine {
	return LogLine{Service: service, Time: time.Unix(int64(second), 0), Text: fmt.Sprintf("%s %d", service, second)}
}

func texts(lines []LogLine) string {
	var s []string
	for _, l := range lines {
		s = append(s, l.Text)
	}
	return strings.Join(s, ", ")
}

func TestMergedLinesAreInTheOrderOfTheirTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []LogLine
		m := NewMerge(time.Second, func(l LogLine) { got = append(got, l) })
		a, b, c := m.Source(), m.Source(), m.Source()
		feed := func(s *MergeSource, name string, seconds ...int) {
			for _, n := range seconds {
				s.Line(at(name, n))
			}
			s.Close()
		}
		go feed(c, "c", 3, 3, 9)
		go feed(a, "a", 1, 4, 5, 8)
		go feed(b, "b", 2, 3)
		synctest.Wait()
		if want := "a 1, b 2, b 3, c 3, c 3, a 4, a 5, a 8, c 9"; texts(got) != want {
			t.Errorf("got %s", texts(got))
		}
	})
}

func TestASilentFollowerIsWaitedForOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []LogLine
		m := NewMerge(time.Second, func(l LogLine) { got = append(got, l) })
		busy, silent := m.Source(), m.Source()
		start := time.Now()
		for n := range 1000 {
			busy.Line(at("busy", n))
		}
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("1000 lines waited %v", waited)
		}
		// Both are following now, so lines are shown as they come.
		silent.Line(at("silent", 1000))
		busy.Line(at("busy", 1001))
		silent.Line(at("silent", 1002))
		if waited := time.Since(start); waited != 2*time.Second {
			t.Errorf("all waited %v", waited)
		}
		if want := "silent 1000, busy 1001, silent 1002"; texts(got[1000:]) != want {
			t.Errorf("got %s", texts(got[1000:]))
		}
	})
}

func TestASlowSourceIsWaitedForEveryTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []LogLine
		m := NewMerge(time.Second, func(l LogLine) { got = append(got, l) })
		quick, slow := m.Source(), m.Source()
		go func() {
			for n := range 5 {
				quick.Line(at("quick", 2*n))
			}
			quick.Close()
		}()
		for n := range 5 {
			time.Sleep(900 * time.Millisecond)
			slow.Line(at("slow", 2*n+1))
		}
		slow.Close()
		synctest.Wait()
		if want := "quick 0, slow 1, quick 2, slow 3, quick 4, slow 5, quick 6, slow 7, quick 8, slow 9"; texts(got) != want {
			t.Errorf("got %s", texts(got))
		}
	})
}

func TestClassicLinesHaveThePrefixesAndColoursOfDockerCompose(t *testing.T) {
	for name, c := range map[string]struct {
		o    Options
		l    LogOptions
		want string
	}{
		"in a file": {Options{}, LogOptions{},
			"\x1b[36mdb_1    |\x1b[0m x\n\x1b[33mweb_10  |\x1b[0m x\n\x1b[36mdemo_db_1 exited with code 3\n\x1b[0m" +
				"\x1b[35mdb_1    |\x1b[0m y\n\x1b[34mnew_1   |\x1b[0m z\n\x1b[36;1ma-very-long-name |\x1b[0m z\n"},
		"without colours": {Options{Color: "always"}, LogOptions{NoColor: true},
			"db_1    | x\nweb_10  | x\ndemo_db_1 exited with code 3\ndb_1    | y\nnew_1   | z\na-very-long-name | z\n"},
		"where colours are never wanted": {Options{Color: "never", OutIsTerminal: true}, LogOptions{},
			"db_1    | x\nweb_10  | x\ndemo_db_1 exited with code 3\ndb_1    | y\nnew_1   | z\na-very-long-name | z\n"},
		"without prefixes": {Options{NoColor: true}, LogOptions{NoPrefix: true},
			"x\nx\n\x1b[36mdemo_db_1 exited with code 3\n\x1b[0my\nz\nz\n"},
	} {
		var out bytes.Buffer
		c.o.Out = &out
		c.l.Classic, c.l.Width, c.l.Containers = true, len("web")+4, containers()
		logs := NewLogs(c.o, c.l)
		db := LogLine{Container: "demo_db_1", Service: "db", Number: 1, Text: "x"}
		logs.Line(db)
		logs.Line(LogLine{Container: "demo_web_10", Service: "web", Number: 10, Text: "x"})
		logs.Exited(db, 3)
		logs.Restarted(db)
		db.Text = "y"
		logs.Line(db)
		if name == "without prefixes" { // no colour is given out for a line
			logs.Line(LogLine{Text: "z"})
			logs.Line(LogLine{Text: "z"})
		} else {
			logs.Line(LogLine{Container: "demo_new_1", Service: "new", Number: 1, Text: "z"})
			logs.Line(LogLine{Container: "a-very-long-name", Service: "new", Number: 2, Text: "z"})
		}
		if out.String() != c.want {
			t.Errorf("%s:\ngot  %q\nwant %q", name, out.String(), c.want)
		}
	}
}

func TestColoursOfAContainerStayInItsLineWhereverColoursAreShown(t *testing.T) {
	for name, o := range map[string]Options{"terminal": {OutIsTerminal: true}, "pipe that is to have colours": {Color: "always"}} {
		var out bytes.Buffer
		o.Out, o.Err = &out, &out
		g := NewLogs(o, LogOptions{})
		g.Line(LogLine{Container: "demo_web_1", Service: "web", Number: 1, Text: "10%\r20%\r\x1b[31mred\r\n"})
		if err := g.Close(); err != nil || !strings.HasSuffix(out.String(), "\x1b[31mred\x1b[0m\n") || strings.Contains(out.String(), "\r") {
			t.Errorf("%s: %q, %v", name, out.String(), err)
		}
	}
}
