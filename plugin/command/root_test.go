package command

import (
	"io"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/session"
)

func TestNoFlagOfACommandClashesWithAGlobalOne(t *testing.T) {
	root, _ := New(&session.Environment{Out: io.Discard, Err: io.Discard}, nil)
	for _, cmd := range root.Commands() {
		t.Run(cmd.Name(), func(t *testing.T) {
			// Cobra panics on a clash, and only once the command is run.
			cmd.InitDefaultHelpFlag()
			if cmd.Flags().Lookup("file") == nil {
				t.Error("it does not know the flag --file")
			}
		})
	}
}
