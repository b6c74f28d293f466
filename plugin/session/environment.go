package session

import (
	"io"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Environment is what a process finds outside: made once, and only read.
type Environment struct {
	In       io.Reader
	Out, Err io.Writer
	Vars     map[string]string // environment variables
	Version  string            // of Stack Lite

	Connect      func() (engine.Client, error)
	Host         func() string // where the engine is, once connected; nil: as the client says
	RegistryAuth func(ref string) (string, error)
	Buildx       func() *image.BuildxPlugin

	// Hints says what the command line offers against an error; nil: nothing.
	Hints func(error) []string
}

// View says how results and progress are to be shown, with colours as a value of
// --ansi says.
func (e *Environment) View(color string) view.Options {
	o := view.Streams{In: e.In, Out: e.Out, Err: e.Err}.Options(func(name string) string { return e.Vars[name] })
	o.Color, o.Hints = color, e.Hints
	return o
}
