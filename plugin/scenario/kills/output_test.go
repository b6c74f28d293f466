//go:build !windows

package kills_test

import (
	"os"
	"strings"
	"testing"
)

// full is a device that has no room; the test is skipped where there is none.
func full(t *testing.T) *os.File {
	t.Helper()
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full")
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// to starts a command whose results go to a file, and the rest to a pipe.
func to(results *os.File) func(*victim) error {
	return func(v *victim) error {
		ours, theirs, err := os.Pipe()
		if err != nil {
			return err
		}
		defer theirs.Close()
		v.ours, v.cmd.Stdout, v.cmd.Stderr = ours, results, theirs
		return v.cmd.Start()
	}
}

func TestResultsThatCannotBeWrittenEndACommandWithAnError(t *testing.T) {
	for _, line := range []string{"ps", "config", "graph", "logs", "logs -f", "plan", "up", "exec -T web /probe say word", "--help", "images", "version", "down --dry-run"} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			s := onMemory(t, "1.51")
			s.WriteNamed(stack)
			s.Must(s.Stacklite("up", "-d"))
			v := started(t, s.Command(strings.Fields(line)...), to(full(t)))
			if code := v.ends(t); code != 1 || !strings.Contains(v.said(), "can't write to standard output: no space left on device") {
				t.Errorf("ended with %d:\n%s", code, v.said())
			}
			if line == "up" { // which stays with its containers
				s.Say("stopped", "web", "1")
				s.Say("stopped", "db", "1")
			} else {
				s.Say("running", "web", "1")
			}
		})
	}
}

func TestResultsThatNobodyReadsEndACommandAsSIGPIPEDoes(t *testing.T) {
	for _, line := range []string{"ps", "config", "logs -f", "up", "run --rm -T alone /probe say -n 100000 -every 10ms word"} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			s := onMemory(t, "1.51")
			s.WriteNamed(stack)
			s.Must(s.Stacklite("up", "-d"))
			reader, writer, err := os.Pipe()
			s.Must(err)
			s.Must(reader.Close())
			v := started(t, s.Command(strings.Fields(line)...), to(writer))
			s.Must(writer.Close())
			if code := v.ends(t); code != 141 || strings.Contains(v.said(), "stack-lite:") {
				t.Errorf("ended with %d:\n%s", code, v.said())
			}
			switch line {
			case "up":
				s.Say("stopped", "web", "1")
				if !strings.Contains(v.said(), "stopping the containers") {
					t.Errorf("without a word:\n%s", v.said())
				}
			default:
				s.Say("running", "alone", "1") // and none of run
			}
		})
	}
}

// Progress that nobody sees is no reason to leave the changes half done.
func TestProgressThatCannotBeWrittenEndsNoChange(t *testing.T) {
	for name, writer := range map[string]func(*testing.T) *os.File{
		"a full device": full,
		"a closed pipe": func(t *testing.T) *os.File {
			reader, writer, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			reader.Close()
			t.Cleanup(func() { writer.Close() })
			return writer
		},
	} {
		for _, kind := range []string{"plain", "json", "tty"} {
			t.Run(name+" "+kind, func(t *testing.T) {
				t.Parallel()
				s := onMemory(t, "1.41")
				s.WriteNamed(stack)
				cmd := s.Command("--progress", kind, "up", "-d")
				cmd.Stderr = writer(t)
				s.Must(cmd.Run())
				for _, service := range []string{"web", "db", "cache", "alone"} {
					s.Say("running", service, "1")
				}
			})
		}
	}
}
