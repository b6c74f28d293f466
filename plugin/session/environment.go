package session

import (
	"bytes"
	"context"
	"io"
	"os/exec"
	"time"

	"github.com/stack-lite/stack-lite/plugin/engine"
	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/view"
)

// Environment is what a process finds outside: made once, and only read, except
// that it keeps what was read of In as a file, and hints for the end.
type Environment struct {
	In       io.Reader
	Out, Err io.Writer
	Vars     map[string]string // environment variables of the process
	Version  string            // of Stack Lite

	// Connect connects to the engine that the process was told to use, else to
	// the one that variables say: those of the process with a project's .env
	// below them.
	Connect      func(vars map[string]string) (engine.Client, error)
	Host         func() string // where the engine is, once connected; nil: as the client says
	RegistryAuth func(ref string) (string, error)
	Buildx       func() *image.BuildxPlugin
	Docker       func(args ...string) *exec.Cmd // a docker command, against the same engine
	Contexts     func() map[string]string       // addresses of engines by the names of the Docker CLI's contexts; nil: none are known

	// Hints says what the command line offers against an error; nil: nothing.
	Hints func(error) []string

	// Pause waits for a time before something is looked at once more, or until the
	// context is over; nil: the time passes. Engines in memory need none.
	Pause func(context.Context, time.Duration)

	// Amid knows of progress on the screen; nil: it is not asked.
	Amid *view.Amid

	kept  kept
	later []string
}

// Later gives the hints of what was noted, which are for the end of the command:
// its error may have the same.
func (e *Environment) Later() []string { return e.later }

// Contexts are the contexts of the Docker CLI: addresses of engines by name.
func Contexts(s *Session) map[string]string {
	if s.environment.Contexts == nil {
		return nil
	}
	return s.environment.Contexts()
}

// Pause is how a session waits for a time before something is looked at once more, or
// until a context is over.
func Pause(s *Session) func(context.Context, time.Duration) { return s.environment.pause }

func (e *Environment) pause(ctx context.Context, d time.Duration) {
	if e.Pause != nil {
		e.Pause(ctx, d)
		return
	}
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// kept is standard input as far as it was read.
type kept struct {
	from io.Reader
	read bytes.Buffer
	end  error
}

// Read reads on where the last call stopped.
func (k *kept) Read(p []byte) (int, error) {
	if k.end != nil { // a terminal would be asked for more
		return 0, k.end
	}
	var n int
	n, k.end = k.from.Read(p)
	k.read.Write(p[:n])
	return n, k.end
}

// file is In as a file: from its beginning each time, however often a command
// reads its files. Nil: there is no In.
func (e *Environment) file() io.Reader {
	if e.In == nil {
		return nil
	}
	e.kept.from = e.In
	return io.MultiReader(bytes.NewReader(e.kept.read.Bytes()), &e.kept)
}

// View says how results and progress are to be shown, with colours as a value of
// --ansi says.
func (e *Environment) View(color string) view.Options {
	o := view.Streams{In: e.In, Out: e.Out, Err: e.Err}.Options(func(name string) string { return e.Vars[name] })
	o.Color, o.Hints, o.Amid = color, e.Hints, e.Amid
	return o
}
