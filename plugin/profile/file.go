package profile

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/stack-lite/stack-lite/plugin/exit"
	"github.com/stack-lite/stack-lite/plugin/trace"
)

// file is where a trace is written to.
type file struct {
	path string
	out  *os.File
}

// openFile makes a file, or empties it. It may be a pipe or a device. What is in a
// file is only lost where it is a trace: others have a flag --profile that does not
// take a file.
func openFile(path string) (*file, error) {
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return nil, unwritten(path, errors.New("it is a directory"))
	case err == nil && info.Mode().IsRegular() && info.Size() > 0 && !isTrace(path):
		return nil, exit.Usage{
			Msg:    "--profile " + path + ": the file is there, and is no trace: it is not overwritten",
			Advice: []string{"name a file that is not there yet, such as --profile trace.json"},
		}
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return nil, unwritten(path, err)
	}
	return &file{path, out}, nil
}

// isTrace reports whether a file begins as traces do.
func isTrace(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, len(trace.Head))
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == trace.Head
}

func (f *file) write(text []byte) error {
	_, err := f.out.Write(text)
	if closed := f.out.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return unwritten(f.path, err)
	}
	return nil
}

// unwritten is the error of a file that can't be written.
func unwritten(path string, err error) error {
	if of := (*fs.PathError)(nil); errors.As(err, &of) {
		err = of.Err
	}
	return exit.Failure{Msg: "can't write --profile " + path + ": " + err.Error()}
}
