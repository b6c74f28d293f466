package compose

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// maxFile is the size in bytes above which a file is not read. The largest
// real file we know of has 20 kB.
const maxFile = 1 << 20

// storage is what Load reads from. All paths are absolute.
type storage interface {
	read(path string) ([]byte, error) // at most maxFile bytes, or an error
	isDir(path string) (bool, error)  // an error where there is nothing that can be listed
}

// disk is the machine's files.
type disk struct{}

func (disk) read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f)
}

func (disk) isDir(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	return info.IsDir(), nil
}

func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err == nil && len(data) > maxFile {
		return nil, fmt.Errorf("larger than %d MB", maxFile>>20)
	}
	return data, err
}

// absent tells that there is nothing of that name.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// reason is why a file cannot be read, without its name.
func reason(err error) string {
	var p *fs.PathError
	switch {
	case absent(err):
		return "no such file"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.As(err, &p):
		return p.Err.Error()
	}
	return err.Error()
}
