package plugin

import (
	"io"
	"testing"
)

func TestNoFlagOfACommandClashesWithAGlobalOne(t *testing.T) {
	root := newRoot(newApp(nil, io.Discard, io.Discard))
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
