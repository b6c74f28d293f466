package compose

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// maxFile is the size in bytes above which a file is not read. The largest
// real file we know of has 20 kB.
const maxFile = 1 << 20

// maxFiles is the size in bytes of all files of a project, those that are extended
// and those of variables included: each costs some 100 times its size while it is read.
const maxFiles = 8 << 20

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

// isDir opens directories alone: opening a pipe waits for somebody who writes, and
// takes away from it who was meant to read.
func (disk) isDir(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil || info.Mode()&(os.ModeNamedPipe|os.ModeSocket|os.ModeDevice) != 0 {
		return false, err
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	return info.IsDir(), f.Close()
}

// bounded reads files until there are too many bytes of them.
type bounded struct {
	storage
	left int
}

func (b *bounded) read(path string) ([]byte, error) {
	data, err := b.storage.read(path)
	if b.left -= len(data); err == nil && b.left < 0 {
		return nil, fmt.Errorf("the files that are read have more than %d MB together", maxFiles>>20)
	}
	return data, err
}

func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err == nil && len(data) > maxFile {
		return nil, fmt.Errorf("larger than %d MB", maxFile>>20)
	}
	return data, err
}

// absent reports that there is nothing of that name.
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

// sources is where files are read from, and how messages name them.
type sources struct {
	*report
	disk storage
	dir  string // the working directory
}

// abs resolves what the user named, from the working directory.
func (s *sources) abs(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(s.dir, path)
}

// display is a path as messages name it: from the working directory where
// that is shorter.
func (s *sources) display(path string) string {
	if rel, err := filepath.Rel(s.dir, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}

// present are those of the names that are files in dir.
func (s *sources) present(dir string, names []string) []string {
	var out []string
	for _, n := range names {
		if isDir, err := s.disk.isDir(filepath.Join(dir, n)); (err == nil || !absent(err)) && !isDir {
			out = append(out, n)
		}
	}
	return out
}
