package classic

import (
	"errors"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Fail prints a message as it stands, with the mark of an error on a terminal, and
// ends the program as the old tools did then.
func Fail(o view.Options, msg string) error {
	if o.ErrIsTerminal {
		msg = "ERROR: " + msg
	}
	for line := range strings.SplitSeq(msg, "\n") {
		view.PrintText(o, line)
	}
	return exit.Status(1)
}

// CannotStart is an engine's error about a start as the old tools told it, where
// a service's container was to run in the background. Other errors stay as they
// are.
func CannotStart(o view.Options, service string, err error) error {
	if err == nil {
		return nil
	}
	said := engine.Words(err)
	if said == err.Error() { // no engine said it
		return err
	}
	if strings.Contains(said, "driver failed programming external connectivity") {
		view.PrintText(o, "Host is already in use by another container")
	}
	return errors.New("Cannot start service " + service + ": " + said)
}
