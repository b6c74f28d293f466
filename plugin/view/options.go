package view

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/moby/term"
)

// Options says where to write and what can be shown there. All fields but the
// writers may be zero.
type Options struct {
	Out io.Writer // results: logs, tables, plans
	Err io.Writer // everything else: progress, errors, notes

	OutIsTerminal bool
	ErrIsTerminal bool
	Dumb          bool // the terminal cannot move its cursor (TERM=dumb)

	// Prefix is what the names of a project begin with: where they are too wide for
	// a terminal, they are shown without.
	Prefix string

	// Size returns the size of the terminal in cells. It is called before every
	// frame because the window may be resized. Nil and zeros mean 80 by 24.
	Size func() (width, height int)

	Level Level // the least severe lines that are written to Err beside errors and progress; zero: Info

	Color   string // auto (on terminals only), never or always; empty is auto
	NoColor bool   // the environment asks for no colours; only always overrides it

	// Hints gives what the command line can do about an error, such as a flag, in
	// addition to the error's own hints; nil: nothing.
	Hints func(error) []string

	// Again are the flags that the command of a hint needs to be about the same
	// project as this run, as they are typed.
	Again []string

	// Later are hints for the end of the command, unless its error has the same.
	Later []string

	// Amid knows of progress on the screen; nil: there is none.
	Amid *Amid

	Now    func() time.Time                  // nil: time.Now
	Source func(file string) ([]byte, error) // reads a file that an error is about; nil: os.ReadFile
}

// Level is how severe a line is that is neither a result, nor progress, nor an
// error.
type Level int

// The levels, from the least severe.
const (
	Debug    Level = iota - 1 // what is done inside
	Info                      // what is done
	Warning                   // what was assumed or ignored: notes are of this level
	Error                     // what went wrong
	Critical                  // of which nothing is: where only this is wanted errors are not written either
)

// CheckColor returns an error if when is not a value of Options.Color.
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
		return readSource(file)
	}
	return o.Source(file)
}

// maxSource is the number of bytes of a file that an error shows a line of: no file in
// which mistakes are found is larger.
const maxSource = 1 << 20

// readSource reads a file again. What was a pipe has been read, and an open one would
// be waited for.
func readSource(file string) ([]byte, error) {
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return nil, os.ErrInvalid
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSource))
}

// Streams are the standard streams of a program.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Options finds out what the streams and the environment allow. NO_COLOR (with
// any value) and CLICOLOR=0 ask for no colours; TERM=dumb says that the terminal
// cannot move its cursor.
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

// terminal returns a stream's file descriptor and whether it is a terminal.
// Streams that wrap a file, such as those of the Docker CLI, know it themselves.
func terminal(stream any) (fd uintptr, is bool) {
	if s, ok := stream.(interface {
		FD() uintptr
		IsTerminal() bool
	}); ok {
		return s.FD(), s.IsTerminal()
	}
	return term.GetFdInfo(stream)
}
