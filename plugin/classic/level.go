package classic

import (
	"strings"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Level is what --log-level and --verbose ask for. A level that was given wins.
func Level(name string, verbose bool) (view.Level, error) {
	switch strings.ToUpper(name) {
	case "":
		if verbose {
			return view.Debug, nil
		}
		return view.Info, nil
	case "DEBUG":
		return view.Debug, nil
	case "INFO":
		return view.Info, nil
	case "WARNING":
		return view.Warning, nil
	case "ERROR":
		return view.Error, nil
	case "CRITICAL":
		return view.Critical, nil
	}
	return view.Info, exit.Usage{Msg: "Invalid value for --log-level. Expected one of DEBUG, INFO, WARNING, ERROR, CRITICAL."}
}

// Note prints what was assumed or ignored.
func Note(o view.Options, text string) { view.Print(o, view.Warning, text) }

// Warn is Note for what the old tools called a warning on a terminal.
func Warn(o view.Options, text string) {
	if o.ErrIsTerminal {
		text = "WARNING: " + text
	}
	view.Print(o, view.Warning, text)
}
