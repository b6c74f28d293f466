package view

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/moby/term"
)

// Options says where to write and what can be shown there. The zero values of
// everything but the writers are sensible.
type Options struct {
	Out io.Writer // results: logs, tables, plans
	Err io.Writer // everything else: progress, errors, notes

	OutIsTerminal bool
	ErrIsTerminal bool
	Dumb          bool // the terminal can't move its cursor (TERM=dumb)

	// Size tells the terminal's size in cells. It is asked again before every
	// frame, so a window may change. Nil and zeros mean 80 by 24.
	Size func() (width, height int)

	Color   string // auto, never or always; empty is auto: on terminals only
	NoColor bool   // the environment asks for no colours; only always overrules it

	Now    func() time.Time                  // nil is time.Now
	Source func(file string) ([]byte, error) // reads a file that an error points into; nil is os.ReadFile
}

// CheckColor tells whether when is a value for Options.Color.
func CheckColor(when string) error {
	switch when {
	case "", "auto", "never", "always":
		return nil
	}
	return fmt.Errorf("colours can be auto, never or always, not %q", when)
}

func (o Options) outPalette() palette { return o.palette(o.OutIsTerminal) }
func (o Options) errPalette() palette { return o.palette(o.ErrIsTerminal) }

func (o Options) palette(terminal bool) palette {
	switch o.Color {
	case "always":
		return true
	case "never":
		return false
	}
	return palette(terminal && !o.Dumb && !o.NoColor)
}

func (o Options) size() (width, height int) {
	if o.Size != nil {
		width, height = o.Size()
	}
	if width <= 0 {
		width = 80
	}
	if height <= 0 {
		height = 24
	}
	return width, height
}

func (o Options) now() time.Time {
	if o.Now == nil {
		return time.Now()
	}
	return o.Now()
}

func (o Options) source(file string) ([]byte, error) {
	if o.Source == nil {
		return os.ReadFile(file)
	}
	return o.Source(file)
}

// Streams are the three standard streams of a program.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Options looks at the streams and at the environment. Variables: NO_COLOR
// (whatever it says) and CLICOLOR=0 ask for no colours, TERM=dumb says that
// the terminal can't move its cursor.
func (s Streams) Options(getenv func(string) string) Options {
	o := Options{
		Out:     s.Out,
		Err:     s.Err,
		Dumb:    getenv("TERM") == "dumb",
		NoColor: getenv("NO_COLOR") != "" || getenv("CLICOLOR") == "0",
	}
	outFd, outIs := terminal(s.Out)
	errFd, errIs := terminal(s.Err)
	o.OutIsTerminal, o.ErrIsTerminal = outIs, errIs
	fd := errFd
	if !errIs {
		fd = outFd
	}
	if outIs || errIs {
		o.Size = func() (int, int) {
			size, err := term.GetWinsize(fd)
			if err != nil {
				return 0, 0
			}
			return int(size.Width), int(size.Height)
		}
	}
	return o
}

// terminal gives a stream's descriptor and tells whether a terminal is behind
// it. Streams that wrap a file, as those of the Docker CLI do, say so
// themselves.
func terminal(stream any) (fd uintptr, is bool) {
	if s, ok := stream.(interface {
		FD() uintptr
		IsTerminal() bool
	}); ok {
		return s.FD(), s.IsTerminal()
	}
	return term.GetFdInfo(stream)
}
