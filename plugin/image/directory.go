package image

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync/atomic"

	"github.com/moby/go-archive"
	"github.com/moby/go-archive/compression"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/plan"
)

// outsideDockerfile is what a Dockerfile from outside of the build directory is
// called among the files of it. The engine keeps it out of images.
const outsideDockerfile = ".stack-lite.dockerfile"

// directory is a build directory on its way to the engine.
type directory struct {
	path       string   // without symbolic links
	dockerfile string   // within it, with slashes
	outside    []byte   // the Dockerfile's text where it lies elsewhere
	patterns   []string // of .dockerignore
	hidden     bool     // the Dockerfile is not to be seen by COPY
	size       int64    // bytes of all files that are sent
}

// openDirectory finds out what of a build directory is to be sent, and that
// all of it can be read. The error is a *BuildError.
func openDirectory(ctx context.Context, spec desired.BuildSpec) (*directory, error) {
	d, err := findDirectory(spec)
	if err != nil {
		return nil, err
	}
	if err := d.measure(ctx); ctx.Err() != nil {
		return nil, ctx.Err()
	} else if err != nil {
		return nil, &BuildError{Service: spec.Service, Msg: err.Error()}
	}
	return d, nil
}

// findDirectory finds a build directory and reads its .dockerignore, or the
// file that stands beside a Dockerfile with the same name and .dockerignore
// behind it. Dockerfile and .dockerignore are sent although the patterns leave
// them out: the engine needs them.
func findDirectory(spec desired.BuildSpec) (*directory, error) {
	root, err := filepath.EvalSymlinks(spec.Context)
	if err != nil {
		return nil, unreadable(spec, err)
	}
	d := &directory{path: root}
	if err := d.locate(spec); err != nil {
		return nil, err
	}
	file := spec.DockerfilePath() + ".dockerignore"
	if _, err := os.Stat(file); err != nil {
		file = filepath.Join(root, ".dockerignore")
	}
	if d.patterns, err = readIgnored(file); err != nil {
		return nil, &BuildError{Service: spec.Service, File: file, Msg: err.Error()}
	}
	for _, needed := range []string{d.dockerfile, ".dockerignore"} {
		out, err := patternmatcher.MatchesOrParentMatches(needed, d.patterns)
		if err != nil {
			return nil, &BuildError{Service: spec.Service, File: file, Msg: err.Error()}
		}
		if out {
			d.hidden = d.hidden || needed == d.dockerfile
			d.patterns = append(d.patterns, "!"+needed)
		}
	}
	return d, nil
}

// locate finds the Dockerfile's name within the directory.
func (d *directory) locate(spec desired.BuildSpec) error {
	if text := spec.Inline(); text != "" {
		d.dockerfile, d.outside, d.hidden = outsideDockerfile, []byte(text), true
		return nil
	}
	at := spec.DockerfilePath()
	if dir, err := filepath.EvalSymlinks(filepath.Dir(at)); err == nil {
		at = filepath.Join(dir, filepath.Base(at))
	}
	inside, err := filepath.Rel(d.path, at)
	if err == nil && filepath.IsLocal(inside) {
		d.dockerfile = filepath.ToSlash(inside)
		return nil
	}
	text, err := readText(at)
	if err != nil {
		return unreadable(spec, err)
	}
	d.dockerfile, d.outside, d.hidden = outsideDockerfile, text, true
	return nil
}

// What is read of a build directory before it is sent has bounds.
const (
	maxText     = 1 << 20 // bytes of a Dockerfile and of a .dockerignore; real ones have a few kB
	maxPatterns = 10000   // of .dockerignore: the name of each file is compared with each
)

// readText reads a Dockerfile or a .dockerignore. A pipe is not opened: that waits for
// somebody who writes.
func readText(file string) ([]byte, error) {
	if info, err := os.Stat(file); err == nil && info.Mode()&os.ModeNamedPipe != 0 {
		return nil, &fs.PathError{Op: "read", Path: file, Err: errors.New("is a pipe")}
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err == nil && len(text) > maxText {
		err = &fs.PathError{Op: "read", Path: file, Err: fmt.Errorf("larger than %d MB", maxText>>20)}
	}
	return text, err
}

func readIgnored(file string) ([]string, error) {
	text, err := readText(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	patterns, err := ignorefile.ReadAll(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	if len(patterns) > maxPatterns {
		return nil, fmt.Errorf("more than %d patterns", maxPatterns)
	}
	_, err = patternmatcher.New(patterns)
	return patterns, err
}

// hidesDockerfile reports whether a build is to see its directory without the
// Dockerfile in it.
func hidesDockerfile(spec desired.BuildSpec) bool {
	if !spec.Local() {
		return false
	}
	d, err := findDirectory(spec)
	return err == nil && d.hidden
}

// measure sums up the files to be sent and makes sure that they can be read:
// packing them would leave out the others without a message.
func (d *directory) measure(ctx context.Context) error {
	ignored, err := patternmatcher.New(d.patterns)
	if err != nil {
		return err
	}
	return filepath.WalkDir(d.path, func(file string, entry fs.DirEntry, err error) error {
		if file == d.path || ctx.Err() != nil {
			return cmp.Or(ctx.Err(), err)
		}
		name, _ := filepath.Rel(d.path, file)
		skip, match := ignored.MatchesOrParentMatches(filepath.ToSlash(name))
		switch {
		case match != nil:
			return match
		case skip && entry.IsDir() && !ignored.Exclusions():
			return filepath.SkipDir
		case skip, errors.Is(err, os.ErrNotExist):
			return nil
		case err != nil:
			return err
		case entry.Type().IsRegular():
			return d.addSize(file)
		}
		return nil
	})
}

func (d *directory) addSize(file string) error {
	f, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil {
		d.size += info.Size()
	}
	return nil
}

// pack gives the directory as an archive, owned by root as Docker has it, and
// reports how much of it has been read.
func (d *directory) pack(compress bool, report func(plan.Progress)) (io.ReadCloser, error) {
	body, err := archive.TarWithOptions(d.path, &archive.TarOptions{
		Compression:     compression.None,
		ExcludePatterns: d.patterns,
		ChownOpts:       &archive.ChownOpts{UID: 0, GID: 0},
	})
	if err != nil {
		return nil, err
	}
	if d.outside != nil {
		body = archive.ReplaceFileTarWrapper(body, map[string]archive.TarModifierFunc{
			outsideDockerfile: func(name string, _ *tar.Header, _ io.Reader) (*tar.Header, []byte, error) {
				return entry(name, d.outside)
			},
			".dockerignore": alsoIgnore(outsideDockerfile),
		})
	}
	body = &metered{ReadCloser: body, total: d.size, report: report}
	if compress {
		return compressed(body), nil
	}
	return body, nil
}

func entry(name string, text []byte) (*tar.Header, []byte, error) {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: int64(len(text))}, text, nil
}

// alsoIgnore adds a line to a .dockerignore.
func alsoIgnore(pattern string) archive.TarModifierFunc {
	return func(name string, _ *tar.Header, content io.Reader) (*tar.Header, []byte, error) {
		var text bytes.Buffer
		if content != nil {
			if _, err := text.ReadFrom(content); err != nil {
				return nil, nil, err
			}
		}
		fmt.Fprintf(&text, "\n.dockerignore\n%s\n", pattern)
		return entry(path.Clean(name), text.Bytes())
	}
}

// metered reports from time to time how much has been read.
type metered struct {
	io.ReadCloser
	read, reported atomic.Int64
	total          int64
	report         func(plan.Progress)
}

// sending is what the transfer of a build directory is called.
const sending = "build directory"

// meterStep is how many bytes are read between two reports.
const meterStep = 1 << 20

func (m *metered) Read(b []byte) (int, error) {
	n, err := m.ReadCloser.Read(b)
	read := m.read.Add(int64(n))
	if reported := m.reported.Load(); read-reported >= meterStep || errors.Is(err, io.EOF) && reported > 0 {
		m.reported.Store(read)
		m.report(plan.Progress{Part: sending, Text: "sending", Current: min(read, m.total), Total: m.total})
	}
	return n, err
}

// compressed packs what it reads with gzip.
func compressed(body io.ReadCloser) io.ReadCloser {
	r, w := io.Pipe()
	go func() {
		defer body.Close()
		z := gzip.NewWriter(w)
		_, err := io.Copy(z, body)
		if err == nil {
			err = z.Close()
		}
		w.CloseWithError(err)
	}()
	return r
}
